'use client';

import { Pause, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import { Button } from '@/components/ui/button';

const EVERY_MS = 4_000;

/** Reads the page again every few seconds, in place. It holds still while it is paused, hidden, or somebody is in a dialog. */
export function Live() {
  const router = useRouter();
  const [isPaused, setPaused] = useState(false);
  const [isReading, startReading] = useTransition();

  useEffect(() => {
    if (isPaused || isReading) return;
    const timer = setInterval(() => {
      const isBusy = document.hidden || document.querySelector('[role="dialog"]') !== null;
      if (!isBusy) startReading(() => router.refresh());
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [isPaused, isReading, router]);

  const Icon = isPaused ? Play : Pause;
  return (
    <Button
      look="quiet"
      size="sm"
      className="text-muted"
      onClick={() => setPaused(!isPaused)}
      title={isPaused ? 'This page stands still' : 'This page reads itself again every few seconds'}
    >
      <Icon aria-hidden />
      {isPaused ? 'Paused' : 'Live'}
      <span className="sr-only">{isPaused ? ', go on' : ', pause'}</span>
    </Button>
  );
}
