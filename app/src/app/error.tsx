'use client';

import { Button } from '@/components/ui/button';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="mx-auto flex w-full max-w-xl flex-1 flex-col items-start justify-center gap-4 px-6 py-16">
      <h1 className="text-2xl font-semibold">This page could not be shown</h1>
      <p className="text-muted">
        Something failed on our side. Nothing you paid is lost: payments are recorded before this page is. Try again,
        and if it stays, write to us{error.digest ? ' with the number below' : ''}.
      </p>
      {error.digest && <p className="font-mono text-xs text-muted">Request {error.digest}</p>}
      <Button onClick={reset}>Load the page again</Button>
    </main>
  );
}
