'use client';

import { useEffect, useState } from 'react';
import { exactTimes, formatRelative } from './format-relative';

/** "3 minutes ago", with the exact time in UTC and in the reader's zone on hover. */
export function RelativeTime({ at, className }: { at: Date | string; className?: string | undefined }) {
  const date = new Date(at);
  const [now, setNow] = useState(() => Date.now());

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);

  // Server and browser read different clocks and zones; what differs is only these words.
  return (
    <time dateTime={date.toISOString()} title={exactTimes(date)} className={className} suppressHydrationWarning>
      {formatRelative(date.getTime(), now)}
    </time>
  );
}
