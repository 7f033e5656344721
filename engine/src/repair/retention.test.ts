import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import { aStripeEvent, aSubscription, type TestDatabase, testDatabase } from '../testing/index.ts';
import { ensurePayloadPartitions } from './partitions.ts';
import { purgePayloads } from './retention.ts';

const now = () => new Date('2026-06-20T03:00:00Z');
const contextOf = ({ db }: TestDatabase) => ({ db, now, log: pino({ level: 'silent' }) });

/** An event of that day, with its body in the month it belongs to. */
async function anOldEvent(
  { db }: TestDatabase,
  id: string,
  receivedAt: string,
  { projected = true }: { projected?: boolean } = {},
): Promise<void> {
  await sql`insert into onpaid.subject (id) values ('cus_1') on conflict do nothing`.execute(db);
  await sql`
    insert into onpaid.event (id, type, subject_id, occurred_at, received_at, livemode, disposition, projected_at)
    values (${id}, 'invoice.paid', 'cus_1', ${receivedAt}, ${receivedAt}, false, 'recorded', case when ${projected} then now() end)
  `.execute(db);
  await sql`
    insert into onpaid.event_payload (event_id, shape, received_at, body) values (${id}, 'snapshot', ${receivedAt}, 'body')
  `.execute(db);
}

async function bodies({ db }: TestDatabase): Promise<string[]> {
  const rows = await db.selectFrom('event_payload').select('event_id').orderBy('event_id').execute();
  return rows.map((row) => row.event_id);
}

test('RP14: bodies older than the retention are gone, whole months at once; keys stay, and so does what is not projected', async () => {
  const database = await testDatabase();
  for (const month of ['2026-01', '2026-02', '2026-03'])
    await ensurePayloadPartitions(database.db, new Date(`${month}-01`));
  await anOldEvent(database, 'evt_january', '2026-01-10T00:00:00Z');
  await anOldEvent(database, 'evt_february', '2026-02-10T00:00:00Z');
  await anOldEvent(database, 'evt_waiting', '2026-02-11T00:00:00Z', { projected: false });
  await anOldEvent(database, 'evt_march_1', '2026-03-01T00:00:00Z');
  await anOldEvent(database, 'evt_march_31', '2026-03-31T00:00:00Z');
  await anOldEvent(database, 'evt_homeless', '2025-12-01T00:00:00Z');
  await anOldEvent(database, 'evt_today', '2026-06-19T00:00:00Z');

  const purged = await purgePayloads(contextOf(database), { eventsDays: 90 });
  expect(purged).toEqual({ dropped: ['event_payload_2026_01'], deleted: 3, postponed: [] });
  expect(await bodies(database)).toEqual(['evt_march_31', 'evt_today', 'evt_waiting']);
  const keys = await database.db.selectFrom('event').select('id').execute();
  expect(keys).toHaveLength(7);
});

test('RP14: many old bodies in one month are deleted without looking at a row twice', async () => {
  const database = await testDatabase();
  await ensurePayloadPartitions(database.db, new Date('2026-03-01'));
  await sql`
    insert into onpaid.event_payload (event_id, shape, received_at, body)
    select 'evt_' || n, 'snapshot', '2026-03-01Z'::timestamptz + n * interval '1 minute', repeat('x', 900)::bytea
    from generate_series(1, 40000) n
  `.execute(database.db);
  const { deleted } = await purgePayloads(contextOf(database), { eventsDays: 90 });
  const { rows } = await sql<{ n: number; oldest: Date }>`
    select count(*)::int as n, min(received_at) as oldest from onpaid.event_payload
  `.execute(database.db);
  expect(deleted + (rows[0]?.n ?? 0)).toBe(40_000);
  expect(rows[0]?.oldest.getTime()).toBeGreaterThanOrEqual(now().getTime() - 90 * 86_400_000);
});

test('RP14: dropping a month that somebody reads lets events be recorded meanwhile, and succeeds once the reader has gone', async () => {
  const database = await testDatabase();
  await ensurePayloadPartitions(database.db, new Date('2026-01-01'));
  await anOldEvent(database, 'evt_january', '2026-01-10T00:00:00Z');
  const reader = await database.pool.connect();
  await reader.query('begin');
  await reader.query('select count(*) from onpaid.event_payload');

  const purging = purgePayloads(contextOf(database), { eventsDays: 60 });
  const recorder = createRecorder({ pool: database.pool });
  const longest = { ms: 0 };
  // Long enough for several tries at the lock.
  for (const start = Date.now(); Date.now() - start < 2_000; ) {
    const event = aStripeEvent('customer.subscription.updated', aSubscription());
    const delivery = readDelivery(Buffer.from(JSON.stringify(event)), 'test', now());
    const asked = performance.now();
    expect(await recorder.record(delivery)).toBe('recorded');
    longest.ms = Math.max(longest.ms, performance.now() - asked);
  }
  expect(longest.ms).toBeLessThan(1_500);
  await reader.query('commit');
  reader.release();
  expect(await purging).toMatchObject({
    dropped: ['event_payload_2026_01', 'event_payload_2026_02', 'event_payload_2026_03'],
  });
  await recorder.close();
});
