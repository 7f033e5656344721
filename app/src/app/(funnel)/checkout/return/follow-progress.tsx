'use client';

import { useEffect, useState } from 'react';
import type { ProgressScreen } from '@/checkout/progress-screen';
import { Button } from '@/components/ui/button';
import { LocalTime } from '@/components/ui/local-time';
import { ProgressSteps } from './progress-steps';

const QUICK_MS = 1_000;
const QUICK_FOR_MS = 40_000;
const SLOW_MS = 5_000;

/** Written by the server first; then asks until nothing more changes, less often after a while. */
export function FollowProgress({ initial }: { initial: ProgressScreen }) {
  const screen = useProgress(initial);
  return (
    <div aria-live="polite" className="flex flex-col gap-4">
      <h1 className="text-2xl font-semibold tracking-tight">{screen.title}</h1>
      <p className="min-h-20 text-muted">
        {screen.paidAt !== null && (
          <>
            Payment received at <LocalTime at={screen.paidAt} />.{' '}
          </>
        )}
        {screen.detail}
      </p>
      {screen.state !== 'expired' && <ProgressSteps steps={screen.steps} />}
      <div className="mt-2 min-h-12">
        {screen.next && (
          <Button
            asChild
            size="lg"
            look={screen.state === 'ready' ? 'primary' : 'secondary'}
            className={screen.state === 'verifying' ? 'appear-late' : undefined}
          >
            <a href={screen.next.href}>{screen.next.label}</a>
          </Button>
        )}
      </div>
    </div>
  );
}

function useProgress(initial: ProgressScreen): ProgressScreen {
  const [screen, setScreen] = useState(initial);
  useEffect(() => {
    if (screen.isFinal) return;
    const startedAt = Date.now();
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      const response = await fetch('/checkout/progress', { signal: stop.signal }).catch(() => null);
      if (stop.signal.aborted) return;
      const next: ProgressScreen | null = response?.ok ? await response.json().catch(() => null) : null;
      if (next !== null) setScreen((known) => (JSON.stringify(known) === JSON.stringify(next) ? known : next));
      // A lost answer changes nothing on the page: what it shows is still the last we knew.
      if (!next?.isFinal) timer = setTimeout(ask, Date.now() - startedAt < QUICK_FOR_MS ? QUICK_MS : SLOW_MS);
    };
    timer = setTimeout(ask, QUICK_MS);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [screen.isFinal]);
  return screen;
}
