import { testDatabase } from '@onpaid/engine/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrate } from './program.ts';

test('SE1: a database of another mode is refused before anything in it is touched', async () => {
  const { db, url } = await testDatabase();
  await sql`insert into onpaid.deployment (mode) values ('live')`.execute(db);
  const stripe = { secretKey: null, webhookSecrets: [], apiBase: 'http://127.0.0.1:9' };
  const environment = { mode: 'test' as const, databaseUrl: url, baseUrl: 'http://localhost', secret: '', stripe };
  await expect(migrate(environment)).rejects.toThrow(/holds live data/);
  const { rows } = await sql<{ schemas: number }>`
    select count(*)::integer as schemas from pg_namespace where nspname in ('accounts', 'graphile_worker')
  `.execute(db);
  expect(rows).toEqual([{ schemas: 0 }]);
});
