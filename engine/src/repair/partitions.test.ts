import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '../testing/test-database.ts';
import { ensurePayloadPartitions } from './partitions.ts';

test('payloads of this month and the next two have partitions of their own, however often they are asked for', async () => {
  const { db } = await testDatabase();
  const december = new Date('2026-12-31T23:59:00Z');
  await ensurePayloadPartitions(db, december);
  await ensurePayloadPartitions(db, december);
  await sql`insert into onpaid.event_payload (event_id, shape, received_at, body) values ('evt_1', 'snapshot', '2027-01-05Z', '')`.execute(
    db,
  );
  const { rows } = await sql<{
    home: string;
  }>`select tableoid::regclass::text as home from onpaid.event_payload`.execute(db);
  expect(rows).toEqual([{ home: 'onpaid.event_payload_2027_01' }]);
});
