import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createWebhookHandler } from '../receive/handler.ts';
import { createRecorder } from '../receive/record.ts';
import { signEvent, TEST_WEBHOOK_SECRET, type TestDatabase, testDatabase } from '../testing/index.ts';
import { createRefusalCounter } from './refusals.ts';

const log = pino({ level: 'silent' });
const noon = new Date('2026-03-04T12:00:30Z');

async function countedIn({ db }: TestDatabase) {
  const { rows } = await sql<{ minute: Date; code: string; count: number }>`
    select minute, code, count from onpaid.webhook_refusal order by minute, code
  `.execute(db);
  return rows;
}

function aRequest(signature: string | null, body = '{}'): Request {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (signature !== null) headers.set('stripe-signature', signature);
  return new Request('http://127.0.0.1/api/stripe/webhook', { method: 'POST', headers, body });
}

test('GO7: what carried a signature and was refused is counted by minute and reason; the rest of the internet is not', async () => {
  const database = await testDatabase();
  const refusals = createRefusalCounter({ pool: database.pool, log });
  const handle = createWebhookHandler({
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder: createRecorder({ pool: database.pool }),
    refusals,
    now: () => noon,
    log,
  });
  await handle(aRequest(signEvent('{}', 'whsec_of_another_endpoint', noon)));
  await handle(aRequest(signEvent('{}', 'whsec_of_another_endpoint', noon)));
  await handle(aRequest(signEvent('{}', TEST_WEBHOOK_SECRET, new Date('2026-03-04T11:00:00Z'))));
  await handle(aRequest(null));
  expect((await handle(aRequest(signEvent('{}', TEST_WEBHOOK_SECRET, noon)))).status).toBe(200);
  await refusals.close();
  const minute = new Date('2026-03-04T12:00:00Z');
  expect(await countedIn(database)).toEqual([
    { minute, code: 'signature_expired', count: 1 },
    { minute, code: 'signature_mismatch', count: 2 },
  ]);
});

test('GO7: counts of two processes add up, and a thousand refusals are one row', async () => {
  const database = await testDatabase();
  const counters = [1, 2].map(() => createRefusalCounter({ pool: database.pool, log }));
  for (const counter of counters) for (let i = 0; i < 1_000; i += 1) counter.count('signature_mismatch', noon);
  await Promise.all(counters.map((counter) => counter.close()));
  expect(await countedIn(database)).toMatchObject([{ code: 'signature_mismatch', count: 2_000 }]);
});

test('GO7: while the database is away counting goes on, and closing does not wait for it', async () => {
  const database = await testDatabase();
  let isAway = true;
  let refused = 0;
  const refuse = () => {
    refused += 1;
    return Promise.reject(new Error('The database is away.'));
  };
  const pool = new Proxy(database.pool, {
    get: (target, name) => (name === 'query' && isAway ? refuse : Reflect.get(target, name).bind(target)),
  });
  const lost = createRefusalCounter({ pool, log });
  lost.count('signature_mismatch', noon);
  await lost.close();
  const kept = createRefusalCounter({ pool, log });
  kept.count('database_unavailable', noon);
  await vi.waitFor(() => expect(refused).toBe(2), 5_000);
  kept.count('database_unavailable', noon);
  isAway = false;
  await kept.close();
  expect(await countedIn(database)).toMatchObject([{ code: 'database_unavailable', count: 2 }]);
});
