import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInvariantViolations } from '../db/invariants.ts';
import {
  ACCOUNT,
  aNotice,
  anAccount,
  anEffectLine,
  aWelcome,
  type EffectLine,
  NOTICE,
  WELCOME,
} from '../testing/effect-line.ts';
import type { Slot } from './connection.ts';
import { drainEffects } from './run.ts';

let line: EffectLine;
beforeEach(async () => {
  line = await anEffectLine();
});
afterEach(async () => {
  expect(await readInvariantViolations(line.db)).toEqual([]);
});

test('two workers that drain at once send each of twenty effects once', async () => {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'park' });
  await line.save(...Array.from({ length: 20 }, (_, number) => aNotice(`access_ended:sub_${number}@email`)));
  await Promise.all(
    ['worker_1', 'worker_2'].map((workerId) => line.drain(line.aWorker([vendor.connection], { workerId }))),
  );
  expect(vendor.things).toHaveLength(20);
  expect(new Set(vendor.things.map((thing) => thing.key)).size).toBe(20);
  expect(await line.db.selectFrom('attempt').select('id').execute()).toHaveLength(20);
});

test('EF5: a limit is waited for as long as the vendor says, and burns no attempt', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push({ retryAfterMs: 30_000 }, { retryAfterMs: 30_000 }, { retryAfterMs: 30_000 });
  await line.save(aNotice());
  const worker = line.aWorker([vendor.connection]);
  for (let round = 0; round < 3; round++) {
    await line.drain(worker);
    line.advance(29_000);
    expect(await line.drain(worker)).toBe(0);
    line.advance(2_000);
  }
  expect(vendor.calls).toHaveLength(3);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'retry_wait', failed_attempts: 0 });
  expect(await line.db.selectFrom('issue').select('id').execute()).toEqual([]);
  await line.drainAll(worker);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sent', limited_since: null });
});

test('EF9: the welcome waits until the account is there, however long that takes', async () => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('500 before');
  await line.save(anAccount(), aWelcome());
  const worker = line.aWorker([app.connection, email.connection]);
  await line.drain(worker);
  await line.drain(worker);
  expect(email.calls).toEqual([]);
  expect(await line.customer()).toMatchObject({ onboarding: 'provisioning' });
  await line.drainAll(worker);
  expect(app.things).toHaveLength(1);
  expect(email.things).toHaveLength(1);
  expect(await line.customer()).toMatchObject({ onboarding: 'welcomed' });
});

test('the welcome that was woken waits again when the account has meanwhile to be changed', async () => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  const worker = line.aWorker([app.connection, email.connection]);
  const drainSlot = (slot: Slot) => drainEffects(worker, { budgetMs: 10_000, limit: 100, slots: [slot] });
  await line.save(anAccount(), aWelcome());
  await drainSlot('app');
  await line.save(anAccount({ name: 'Ada L.' }));
  expect(await drainSlot('email')).toBe(0);
  await line.drainAll(worker);
  expect(email.things).toHaveLength(1);
});

test('the welcome goes out at once when nothing provisions accounts', async () => {
  const email = await line.anEmailVendor({ kind: 'exactly_once' });
  await line.save(anAccount(), aWelcome());
  await line.drainAll(line.aWorker([email.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({
    state: 'suppressed',
    reason: 'Nothing that is connected does this.',
  });
  expect(email.things).toHaveLength(1);
});

test.each([
  ['block', 'planned', 0],
  ['proceed', 'sent', 1],
  ['suppress', 'suppressed', 0],
] as const)('EF9: when what it follows is dead, %s leaves it %s', async (afterDead, state, mails) => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('400');
  await line.save(anAccount(), aWelcome());
  await line.db.updateTable('effect').set({ after_dead: afterDead }).where('id', '=', WELCOME).execute();
  await line.drainAll(line.aWorker([app.connection, email.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'dead' });
  expect(await line.read(WELCOME)).toMatchObject({ state });
  expect(email.things).toHaveLength(mails);
});

test('a blocked child goes out when its dead parent is revived by another desire', async () => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('400');
  await line.save(anAccount(), aWelcome());
  const worker = line.aWorker([app.connection, email.connection]);
  await line.drainAll(worker);
  await line.save(anAccount({ name: 'Ada L.' }));
  await line.drainAll(worker);
  expect(await line.read(WELCOME)).toMatchObject({ state: 'sent' });
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});

test('EF12: a vendor that hangs holds up no other slot', async () => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  await line.save(anAccount(), aNotice());
  app.duringCall = async () => {
    await expect.poll(async () => (await line.read(NOTICE)).state).toBe('sent');
  };
  await line.drain(line.aWorker([app.connection, email.connection]));
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'sent' });
});

test('after five failures in a row only one probe at a time goes to that vendor, and all the rest when it answers', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  await line.save(...Array.from({ length: 12 }, (_, number) => aNotice(`access_ended:sub_${number}@email`)));
  vendor.faults.push(...Array.from({ length: 6 }, () => '500 before' as const));
  const worker = line.aWorker([vendor.connection]);
  const drainOneByOne = () => drainEffects(worker, { budgetMs: 10_000, limit: 100, concurrency: 1 });
  expect(await drainOneByOne()).toBe(5);
  expect(await drainOneByOne()).toBe(0);
  expect(await line.issues()).toMatchObject([{ cause: 'unavailable' }]);
  line.advance(5_001);
  expect(await drainOneByOne()).toBe(1);
  await line.drainAll(worker);
  expect(vendor.things).toHaveLength(12);
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});
