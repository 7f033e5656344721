'use client';

import { useSyncExternalStore } from 'react';
import { exactTimes } from './format-relative';

/** "14:02" in the reader's zone, with the exact UTC on hover; before the browser takes over, in UTC and saying so. */
export function LocalTime({ at }: { at: string }) {
  const isBrowser = useIsBrowser();
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactTimes(date)} suppressHydrationWarning>
      {isBrowser ? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }) : `${at.slice(11, 16)} UTC`}
    </time>
  );
}

/** "4 March 2026" in the reader's zone, with the exact UTC on hover. */
export function LocalDate({ at }: { at: string }) {
  const isBrowser = useIsBrowser();
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactTimes(date)} suppressHydrationWarning>
      {date.toLocaleDateString('en-GB', { dateStyle: 'long', ...(isBrowser ? {} : { timeZone: 'UTC' }) })}
    </time>
  );
}

function useIsBrowser(): boolean {
  return useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  );
}
