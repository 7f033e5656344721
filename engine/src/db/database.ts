import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './types.ts';

export type Database = Kysely<DB>;
export type Tx = Transaction<DB>;

// Bigints are counters and cents here, far below 2^53; as numbers they need no conversion anywhere.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface OpenDatabase {
  db: Database;
  pool: pg.Pool;
  close(): Promise<void>;
}

/** Opens a pool against our schema `onpaid`. Raw SQL names the schema itself; the query builder adds it. */
export function openDatabase(url: string, options: { max?: number; applicationName?: string } = {}): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'onpaid',
    connectionTimeoutMillis: 5_000,
  });
  // An idle connection that dies is replaced at the next query, which reports what matters; without a listener the process would end.
  pool.on('error', () => {});
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) }).withSchema('onpaid');
  return { db, pool, close: () => db.destroy() };
}
