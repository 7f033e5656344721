import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CrashPoint } from '../context.ts';
import { readInvariantViolations } from '../db/invariants.ts';
import {
  ACCOUNT,
  aNotice,
  anAccount,
  anEffectLine,
  diesAt,
  type EffectLine,
  NOTICE,
  WorkerDied,
} from '../testing/effect-line.ts';
import type { Fault } from '../testing/vendor-server.ts';
import type { Guarantee, MessageHandler } from './connection.ts';
import { claimNext } from './ledger-store.ts';
import { runEffect } from './run-effect.ts';

let line: EffectLine;
beforeEach(async () => {
  line = await anEffectLine();
});
afterEach(async () => {
  expect(await readInvariantViolations(line.db)).toEqual([]);
});

const oneIsPossible: Guarantee[] = [
  { kind: 'exactly_once' },
  { kind: 'exactly_once_window', windowMs: 7_200_000 },
  { kind: 'exactly_once_window', windowMs: 60_000 },
  { kind: 'lookup_strong' },
  { kind: 'lookup_eventual', visibleAfterMs: 120_000 },
];

describe.each(oneIsPossible)('with $kind', (guarantee) => {
  test.each<(Fault | null)[]>([
    ['drop after'],
    ['drop before'],
    ['500 after'],
    ['500 before'],
    ['drop after', 'drop before', '500 before'],
    ['500 after', '401', { retryAfterMs: 90_000 }, 'drop after'],
  ])('one message arrives once, though the vendor does %s', async (...faults) => {
    const vendor = await line.anEmailVendor(guarantee);
    vendor.faults.push(...faults);
    await line.save(aNotice());
    await line.drainAll(line.aWorker([vendor.connection]));
    expect(await line.read(NOTICE)).toMatchObject({ state: 'sent', remote_id: '1', failure: null });
    expect(vendor.things).toHaveLength(1);
  });

  test.each<CrashPoint>(['effect.claimed', 'effect.sending', 'effect.answered', 'effect.settled'])(
    'one message arrives once, though the worker dies at %s',
    async (point) => {
      const vendor = await line.anEmailVendor(guarantee);
      await line.save(aNotice());
      await expect(line.drain(line.aWorker([vendor.connection], diesAt(point)))).rejects.toThrow(WorkerDied);
      await line.drainAll(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
      expect(await line.read(NOTICE)).toMatchObject({ state: 'sent' });
      expect(vendor.things).toHaveLength(1);
    },
  );
});

test('what is sent again is byte for byte what was sent first', async () => {
  const vendor = await line.anEmailVendor({ kind: 'lookup_strong' });
  vendor.faults.push('drop before');
  await line.save(aNotice());
  await line.drain(line.aWorker([vendor.connection]));
  const { request } = await line.read(NOTICE);
  await sql`update onpaid.effect set data = data || '{"reason": "something else"}'`.execute(line.db);
  await line.drainAll(line.aWorker([vendor.connection]));
  expect((await line.read(NOTICE)).request).toEqual(request);
  expect(vendor.things[0]?.body).toContain('canceled');
});

test('EF3: a worker that vanished while sending leaves it unknown, and nobody looks before its socket must be closed', async () => {
  const vendor = await line.anEmailVendor({ kind: 'lookup_strong' });
  await line.save(aNotice());
  await expect(line.drain(line.aWorker([vendor.connection], diesAt('effect.sending')))).rejects.toThrow(WorkerDied);
  line.advance(59_000);
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sending' });
  line.advance(2_000);
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', next_at: new Date('2026-06-01T12:01:30Z') });
  expect(vendor.calls).toEqual([]);
});

test('a worker that was overtaken while it prepared sends nothing', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  const handler = vendor.connection.handlers['email.access_ended'];
  if (handler?.shape !== 'message') throw new Error('The mail vendor has messages only.');
  const build: typeof handler.build = async (payload, context) => {
    vendor.faults.push('500 before');
    line.advance(61_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    return handler.build(payload, context);
  };
  const slow = { ...vendor.connection, handlers: { 'email.access_ended': { ...handler, build } } };
  await line.save(aNotice());
  await line.drain(line.aWorker([slow]));
  expect(vendor.calls).toHaveLength(1);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', attempts: 1 });
});

test('what may be repeated is sent again, and says so', async () => {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'resend' });
  vendor.faults.push('drop after');
  await line.save(aNotice());
  await line.drainAll(line.aWorker([vendor.connection]));
  expect(vendor.things).toHaveLength(2);
  expect(await line.read(NOTICE)).toMatchObject({
    state: 'sent',
    reason: 'Sent again after a lost answer: it may have arrived twice.',
  });
});

test.each([
  ['the answer is lost', ['drop after'] as Fault[], null],
  ['the worker dies while sending', [], 'effect.sending'],
] as const)('what nobody can know is parked with an issue when %s', async (_, faults, point) => {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'park' });
  vendor.faults.push(...faults);
  await line.save(aNotice());
  if (point !== null)
    await expect(line.drain(line.aWorker([vendor.connection], diesAt(point)))).rejects.toThrow(WorkerDied);
  await line.drainAll(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  expect(await line.issues()).toMatchObject([{ cause: 'unknown', state: 'open' }]);
});

test('an answer that comes after another worker has looked settles what it left open', async () => {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'park' });
  await line.save(aNotice());
  vendor.duringCall = async () => {
    line.advance(95_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  };
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sent', reason: 'The answer came late: it had arrived.' });
  expect(await line.db.selectFrom('attempt').select(['outcome', 'late']).execute()).toEqual([
    { outcome: 'sent', late: true },
  ]);
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
  expect(vendor.things).toHaveLength(1);
});

test('an answer that comes after a look has found what was sent is no duplicate', async () => {
  const vendor = await line.anEmailVendor({ kind: 'lookup_strong' });
  await line.save(aNotice());
  vendor.duringCall = async () => {
    vendor.duringCall = null;
    line.advance(61_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    line.advance(31_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    expect(await line.read(NOTICE)).toMatchObject({ state: 'sent' });
  };
  await line.drain(line.aWorker([vendor.connection]));
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sent', reason: null });
  expect(vendor.things).toHaveLength(1);
});

test('a handler that does not come back is not waited for, and what it says later still counts', async () => {
  let answerLate: () => void = () => {};
  const handler: MessageHandler<unknown> = {
    shape: 'message',
    guarantee: { kind: 'none', onUnknown: 'park' },
    build: async () => ({ method: 'POST', path: '/', headers: {}, bodyBase64: null }),
    send: () =>
      new Promise((resolve) => {
        answerLate = () => resolve({ ok: true, value: { remoteId: '7', status: 200, vendorRequestId: null } });
      }),
  };
  const { connection } = await line.anEmailVendor(handler.guarantee);
  const hanging = { ...connection, handlers: { 'email.access_ended': handler } };
  const worker = line.aWorker([hanging]);
  await line.save(aNotice());
  const claimed = await claimNext(line.db, {
    slot: 'email',
    kinds: ['email.access_ended'],
    workerId: 'worker_1',
    now: line.clock(),
  });
  if (claimed === null) throw new Error('Nothing was due.');
  await runEffect(worker, claimed, hanging, { timeoutMs: 1 });
  expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  answerLate();
  await expect.poll(async () => (await line.read(NOTICE)).state).toBe('sent');
  expect(await line.read(NOTICE)).toMatchObject({ remote_id: '7' });
});

test('two accepted sends at a vendor that cannot tell are reported', async () => {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'resend' });
  await line.save(aNotice());
  vendor.duringCall = async () => {
    vendor.duringCall = null;
    line.advance(61_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
    line.advance(31_000);
    await line.drain(line.aWorker([vendor.connection], { workerId: 'worker_2' }));
  };
  await line.drain(line.aWorker([vendor.connection]));
  expect(vendor.things).toHaveLength(2);
  expect(await line.read(NOTICE)).toMatchObject({
    state: 'sent',
    reason: 'Two sends were accepted: it may have arrived twice.',
  });
});

test('a state whose desire changes while it is being sent ends as desired last', async () => {
  const app = await line.anApp();
  await line.save(anAccount());
  app.duringCall = async () => {
    app.duringCall = null;
    await line.save(anAccount({ access: false }));
  };
  await line.drainAll(line.aWorker([app.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'sent', version: 2, sent_version: 2, applied_version: 2 });
  expect(app.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ version: 2, desired: { access: false } }]);
  expect(app.calls).toHaveLength(2);
});

test('a state that arrived late once is still retried when it fails later', async () => {
  const app = await line.anApp();
  await line.save(anAccount());
  app.duringCall = async () => {
    app.duringCall = null;
    line.advance(61_000);
    await line.drain(line.aWorker([app.connection], { workerId: 'worker_2' }));
  };
  await line.drain(line.aWorker([app.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'unknown', applied_version: null });
  await line.drainAll(line.aWorker([app.connection]));
  await line.save(anAccount({ access: false }));
  app.faults.push('500 before');
  await line.drain(line.aWorker([app.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'unknown', applied_version: 1 });
  await line.drainAll(line.aWorker([app.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'sent', applied_version: 2 });
});

test('a state whose desire changes between claim and call is not sent as it was', async () => {
  const app = await line.anApp();
  await line.save(anAccount());
  const claim = { slot: 'app' as const, kinds: ['app.account' as const], workerId: 'worker_1', now: line.clock() };
  const claimed = await claimNext(line.db, claim);
  if (claimed === null) throw new Error('Nothing was due.');
  expect(await claimNext(line.db, claim)).toBeNull();
  await line.save(anAccount({ access: false }));
  expect(await runEffect(line.aWorker([app.connection]), claimed, app.connection)).toBe(false);
  expect(app.calls).toEqual([]);
  await line.drainAll(line.aWorker([app.connection]));
  expect(app.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ version: 2, desired: { access: false } }]);
});

test('a state that came and went before it was sent costs no call', async () => {
  const app = await line.anApp();
  const worker = line.aWorker([app.connection]);
  await line.save(anAccount());
  await line.drainAll(worker);
  await line.save(anAccount({ access: false }));
  await line.save(anAccount());
  await line.drainAll(worker);
  expect(app.calls).toHaveLength(1);
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'sent', version: 3, applied_version: 3 });
});

test('a state whose answer was lost is applied again, even when what is desired is what was applied before', async () => {
  const app = await line.anApp();
  const worker = line.aWorker([app.connection]);
  await line.save(anAccount());
  await line.drainAll(worker);
  app.faults.push('drop after');
  await line.save(anAccount({ access: false }));
  await line.drain(worker);
  await line.save(anAccount());
  await line.drainAll(worker);
  expect(app.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ version: 3, desired: { access: true } }]);
});
