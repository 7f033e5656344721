import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInvariantViolations } from '../db/invariants.ts';
import { aNotice, anEffectLine, anIssueNotice, type EffectLine, NOTICE } from '../testing/effect-line.ts';
import { type Fault, startVendor, type VendorServer } from '../testing/vendor-server.ts';

let line: EffectLine;
beforeEach(async () => {
  line = await anEffectLine();
});
afterEach(async () => {
  expect(await readInvariantViolations(line.db)).toEqual([]);
});

test('EF5: a limit that lasts ten minutes opens an issue', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push({ retryAfterMs: 3_600_000 });
  await line.save(aNotice());
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.issues()).toMatchObject([{ cause: 'rate_limited', state: 'open' }]);
});

function whatChatHeard(chat: VendorServer): string[] {
  return chat.things.map((thing) => JSON.parse(thing.body) as { title: string }).map(({ title }) => title);
}

test('EF5: the third failure opens one issue for all it touches and tells chat once; success closes it and says so', async () => {
  const [email, chat] = [await line.anEmailVendor({ kind: 'exactly_once' }), await line.aChatVendor()];
  const worker = line.aWorker([email.connection, chat.connection]);
  email.faults.push(...Array.from({ length: 8 }, () => '500 before' as const));
  await line.save(aNotice(), aNotice('access_ended:sub_2@email'));
  await line.drain(worker);
  expect(await line.issues()).toEqual([]);
  expect(await line.customer()).toMatchObject({
    sync: { email: 'retrying' },
    failure: 'The email vendor: answered 500',
  });

  await line.drainAll(worker);
  expect(await line.issues()).toEqual([
    { cause: 'unavailable', vendor: 'email-vendor', state: 'resolved', occurrences: expect.any(Number) },
  ]);
  expect(await line.db.selectFrom('effect').select('id').where('slot', '=', 'chat').orderBy('id').execute()).toEqual([
    { id: 'issue_opened:iss_1@chat' },
    { id: 'issue_resolved:iss_1@chat' },
  ]);
  expect(whatChatHeard(chat)).toHaveLength(2);
  expect(await line.customer()).toMatchObject({ sync: { email: 'in_step' }, failure: null });
});

test('an issue about chat is not told through chat', async () => {
  const chat = await startVendor({
    slot: 'chat',
    kinds: ['chat.issue_opened'],
    guarantee: { kind: 'exactly_once' },
    now: line.clock,
  });
  chat.faults.push('410');
  await line.save(anIssueNotice(9));
  await line.drain(line.aWorker([chat.connection]));
  expect(await line.issues()).toMatchObject([{ cause: 'gone', state: 'open' }]);
  expect(await line.db.selectFrom('effect').select('id').execute()).toHaveLength(1);
});

test.each<[Fault, string, string]>([
  ['401', 'retry_wait', 'auth'],
  ['400', 'dead', 'unknown_property'],
  ['410', 'dead', 'gone'],
])('EF6: %s opens an issue at once, and leaves the effect %s', async (fault, state, cause) => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push(fault);
  await line.save(aNotice());
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state });
  expect(await line.issues()).toMatchObject([{ cause, state: 'open' }]);
});

test('what cannot be prepared is our fault, is told of as such, and is tried again', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  await line.save(aNotice());
  await sql`update onpaid.effect set data = '{}'`.execute(line.db);
  const worker = line.aWorker([vendor.connection]);
  for (let round = 0; round < 3; round++) {
    await line.drain(worker);
    line.advance(60_000);
  }
  expect(await line.read(NOTICE)).toMatchObject({ state: 'retry_wait', failed_attempts: 3, attempts: 0 });
  expect(await line.issues()).toMatchObject([{ cause: 'preparation', vendor: 'onpaid' }]);
  expect(vendor.calls).toEqual([]);
});
