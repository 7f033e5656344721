type Recurring = { interval: string; interval_count: number };

/**
 * The end of the period that starts at `start`. The anchor keeps the day: what began on the 31st ends on the 28th of
 * February and on the 31st of March again.
 */
export function periodEnd(start: number, recurring: Recurring, anchor: number): number {
  const { interval, interval_count: count } = recurring;
  if (interval === 'day' || interval === 'week') return start + count * (interval === 'day' ? 1 : 7) * 86_400;
  const from = new Date(start * 1000);
  const months = from.getUTCMonth() + count * (interval === 'year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const day = Math.min(new Date(anchor * 1000).getUTCDate(), lastDay);
  const end = new Date(from);
  end.setUTCFullYear(from.getUTCFullYear(), months, day);
  return end.getTime() / 1000;
}
