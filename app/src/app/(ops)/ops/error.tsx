'use client';

import { Button } from '@/components/ui/button';

export default function OperationsError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="flex max-w-reading flex-col items-start gap-3 py-12">
      <h1 className="text-lg font-semibold">This page could not be read</h1>
      <p className="text-muted">
        The database did not answer, or not in time. Payments are still received and stored by whatever process can
        reach it. Load the page again; if it stays, look at the logs of the app for the number below.
      </p>
      {error.digest && <p className="font-mono text-xs text-muted">Request {error.digest}</p>}
      <Button size="sm" onClick={reset}>
        Load the page again
      </Button>
    </div>
  );
}
