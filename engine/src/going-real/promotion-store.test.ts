import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { anEventRow, testDatabase } from '../testing/index.ts';
import { readDriftRecord, readMissingEvents, readWebhookRecord } from './promotion-store.ts';
import { addRefusals } from './refusal-store.ts';

const now = new Date('2026-03-04T14:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const since = hoursAgo(24);

test('GO7: what the webhook went through is read back to a moment, and no further', async () => {
  const { db, pool } = await testDatabase();
  await addRefusals(pool, [
    { minute: hoursAgo(30), code: 'signature_mismatch', count: 50 },
    { minute: hoursAgo(3), code: 'signature_mismatch', count: 2 },
    { minute: hoursAgo(2), code: 'signature_mismatch', count: 1 },
    { minute: hoursAgo(1), code: 'database_unavailable', count: 1 },
  ]);
  await anEventRow(db, { received_at: hoursAgo(40) });
  await anEventRow(db, { received_at: hoursAgo(5) });
  await anEventRow(db, { received_at: hoursAgo(4), disposition: 'ignored' });
  await anEventRow(db, { received_at: hoursAgo(3), disposition: 'quarantined', livemode: true });
  // Repair fetched it: no webhook brought it.
  await anEventRow(db, { received_at: hoursAgo(1), origin: 'repair' });
  expect(await readWebhookRecord(db, since)).toEqual({
    refusals: [
      { code: 'signature_mismatch', count: 3, lastAt: hoursAgo(2) },
      { code: 'database_unavailable', count: 1, lastAt: hoursAgo(1) },
    ],
    deliveries: 2,
    lastDeliveryAt: hoursAgo(4),
    quarantined: 1,
  });
});

test('an installation that was never sent anything says so', async () => {
  const { db } = await testDatabase();
  expect(await readWebhookRecord(db, since)).toEqual({
    refusals: [],
    deliveries: 0,
    lastDeliveryAt: null,
    quarantined: 0,
  });
});

test('events that are here, whichever way they came, are not missing', async () => {
  const { db } = await testDatabase();
  await anEventRow(db, { id: 'evt_here' });
  await anEventRow(db, { id: 'evt_fetched', origin: 'repair' });
  expect(await readMissingEvents(db, ['evt_here', 'evt_gone', 'evt_fetched'])).toEqual(['evt_gone']);
  expect(await readMissingEvents(db, [])).toEqual([]);
});

test('drift counts from the last reconcile on, and one that is under way says nothing yet', async () => {
  const { db } = await testDatabase();
  expect(await readDriftRecord(db)).toEqual({ reconciledAt: null, open: 0 });
  await db.insertInto('subject').values({ id: 'cus_1' }).execute();
  const found = (at: Date, healedAt: Date | null) => ({
    subject_id: 'cus_1',
    object_id: 'sub_1',
    kind: 'subscription',
    field: 'status',
    cause: 'missed',
    found_at: at,
    healed_at: healedAt,
  });
  await db
    .insertInto('drift')
    .values([found(hoursAgo(9), null), found(hoursAgo(2), hoursAgo(2)), found(hoursAgo(2), null)])
    .execute();
  await db
    .insertInto('walk')
    .values({ name: 'reconcile', started_at: hoursAgo(3), finished_at: hoursAgo(1) })
    .execute();
  expect(await readDriftRecord(db)).toEqual({ reconciledAt: hoursAgo(1), open: 1 });
  await sql`update onpaid.walk set finished_at = null`.execute(db);
  expect(await readDriftRecord(db)).toMatchObject({ reconciledAt: null });
});
