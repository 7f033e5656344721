import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { type OpenDatabase, openDatabase } from '../db/database.ts';

export interface TestDatabase extends OpenDatabase {
  url: string;
}

/**
 * A migrated database of its own for this test or file, cloned from the run's template.
 * Inside a test it is dropped when the test ends; elsewhere call `close()` in `afterAll`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('postgresUrl'));
  const name = `t_${randomBytes(6).toString('hex')}`;
  await administer(template, `create database ${name} template onpaid`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  const open = openDatabase(url.href);
  const close = async () => {
    await open.close();
    await administer(template, `drop database if exists ${name} with (force)`);
  };
  closeAfterTest(close);
  return { ...open, url: url.href, close };
}

function closeAfterTest(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    // Not inside a test (a beforeAll): the caller closes.
  }
}

async function administer(template: URL, statement: string): Promise<void> {
  const url = new URL(template);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
