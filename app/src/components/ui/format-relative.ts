const steps = [
  { unit: 'second', seconds: 1, below: 60 },
  { unit: 'minute', seconds: 60, below: 3_600 },
  { unit: 'hour', seconds: 3_600, below: 86_400 },
  { unit: 'day', seconds: 86_400, below: 2_592_000 },
  { unit: 'month', seconds: 2_592_000, below: 31_536_000 },
  { unit: 'year', seconds: 31_536_000, below: Number.POSITIVE_INFINITY },
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export function formatRelative(atMs: number, nowMs: number): string {
  const seconds = Math.round((atMs - nowMs) / 1_000);
  if (Math.abs(seconds) < 10) return 'just now';
  const step = steps.find(({ below }) => Math.abs(seconds) < below) ?? steps[5];
  return words.format(Math.trunc(seconds / step.seconds), step.unit);
}

/** "2026-03-04 14:02:11 UTC", and the reader's own zone beside it when it is another. */
export function exactTimes(date: Date): string {
  const utc = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  if (date.getTimezoneOffset() === 0) return utc;
  return `${utc} (${date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'long' })})`;
}
