import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { testDatabase } from '../testing/test-database.ts';
import { engineMigrations, migrateToLatest } from './migrate.ts';

test('migrating a second time applies nothing', async () => {
  const { db } = await testDatabase();
  expect(await migrateToLatest(db, engineMigrations)).toEqual([]);
});

test('an event can be recorded only once, and only with a subject', async () => {
  const { db } = await testDatabase();
  const insert = (id: string, subject: string | null) =>
    sql`insert into onpaid.event (id, type, subject_id, occurred_at, livemode, disposition)
        values (${id}, 'invoice.paid', ${subject}, now(), false, 'recorded')`.execute(db);
  await insert('evt_1', 'cus_1');
  await expect(insert('evt_1', 'cus_1')).rejects.toThrow(/duplicate key/);
  await expect(insert('evt_2', null)).rejects.toThrow(/check constraint/);
});
