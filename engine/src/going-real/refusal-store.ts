import type pg from 'pg';

export interface RefusalCount {
  minute: Date;
  code: string;
  count: number;
}

/** Sorted by key, so that two processes lock in the same order. */
export async function addRefusals(pool: pg.Pool, counts: RefusalCount[]): Promise<void> {
  const rows = counts.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  await pool.query(
    `
    insert into onpaid.webhook_refusal as refusal (minute, code, count)
    select * from unnest($1::timestamptz[], $2::text[], $3::bigint[])
    on conflict (minute, code) do update
    set count = refusal.count + excluded.count
    `,
    [rows.map((row) => row.minute), rows.map((row) => row.code), rows.map((row) => row.count)],
  );
}

function keyOf({ minute, code }: RefusalCount): string {
  return `${minute.toISOString()} ${code}`;
}
