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
import { discardEffect, resolveUnknown, retryEffect } from './by-hand.ts';

let line: EffectLine;
beforeEach(async () => {
  line = await anEffectLine();
});
afterEach(async () => {
  expect(await readInvariantViolations(line.db)).toEqual([]);
});

async function aParkedNotice() {
  const vendor = await line.anEmailVendor({ kind: 'none', onUnknown: 'park' });
  const chat = await line.aChatVendor();
  vendor.faults.push('drop after');
  await line.save(aNotice());
  const worker = line.aWorker([vendor.connection, chat.connection]);
  await line.drainAll(worker);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  return { vendor, worker };
}

test('an unknown that a person found at the vendor is sent, closes its issue, and is not sent again', async () => {
  const { vendor, worker } = await aParkedNotice();
  expect(await resolveUnknown(worker, NOTICE, 'sent', 'Ada says she has it.')).toEqual({ result: 'done' });
  await line.drainAll(worker);
  expect(await line.read(NOTICE)).toMatchObject({
    state: 'sent',
    by_hand: true,
    reason: 'Ada says she has it.',
    failure: null,
  });
  expect(await line.issues()).toMatchObject([{ cause: 'unknown', state: 'resolved' }]);
  expect(await line.customer()).toMatchObject({ sync: { email: 'in_step' }, failure: null });
  expect(vendor.calls).toHaveLength(1);
});

test('EF2: an unknown that a person did not find is sent once more, the same bytes, and then closes its issue', async () => {
  const { vendor, worker } = await aParkedNotice();
  const { request } = await line.read(NOTICE);
  await resolveUnknown(worker, NOTICE, 'not_sent', 'The mail log has nothing.');
  await line.drainAll(worker);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sent', by_hand: false, request });
  expect(vendor.calls).toHaveLength(2);
  expect(await line.issues()).toMatchObject([{ cause: 'unknown', state: 'resolved' }]);
});

test('only what is unknown can be resolved', async () => {
  const { worker } = await aParkedNotice();
  await resolveUnknown(worker, NOTICE, 'sent', 'seen');
  expect(await resolveUnknown(worker, NOTICE, 'not_sent', 'no')).toEqual({ result: 'not_possible', state: 'sent' });
  expect(await resolveUnknown(worker, 'nothing:such@email', 'sent', 'seen')).toEqual({ result: 'not_found' });
});

test('a refused message is built anew when a person retries it', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push('400');
  await line.save(aNotice());
  const worker = line.aWorker([vendor.connection]);
  await line.drainAll(worker);
  await line.db
    .updateTable('effect')
    .set({ data: JSON.stringify({ ...aNotice().payload, reason: 'mended' }) })
    .execute();
  expect(await retryEffect(worker, NOTICE)).toEqual({ result: 'done' });
  await line.drainAll(worker);
  expect(vendor.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ reason: 'mended' }]);
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});

test('what waits for its next moment is tried at once when a person retries it', async () => {
  const vendor = await line.anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push('401');
  await line.save(aNotice());
  const worker = line.aWorker([vendor.connection]);
  await line.drain(worker);
  expect(await line.drain(worker)).toBe(0);
  await retryEffect(worker, NOTICE);
  await line.drain(worker);
  expect(await line.read(NOTICE)).toMatchObject({ state: 'sent' });
});

test('what a person discards is never sent, is not planned again, and lets go what waited for it', async () => {
  const [app, email] = [await line.anApp(), await line.anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('400');
  await line.save(anAccount(), aWelcome(), aNotice());
  const worker = line.aWorker([app.connection, email.connection]);
  await discardEffect(worker, NOTICE, 'Told by phone.');
  await line.drainAll(worker);
  expect(await line.read(WELCOME)).toMatchObject({ state: 'planned' });
  await discardEffect(worker, ACCOUNT, 'Made by hand.');
  await line.save(anAccount(), aNotice());
  await line.drainAll(worker);
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'suppressed', reason: 'Made by hand.' });
  expect(await line.read(NOTICE)).toMatchObject({ state: 'suppressed', reason: 'Told by phone.' });
  expect(await line.read(WELCOME)).toMatchObject({ state: 'sent' });
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});

test('a discarded state is taken up again when something else is desired', async () => {
  const app = await line.anApp();
  await line.save(anAccount());
  const worker = line.aWorker([app.connection]);
  await discardEffect(worker, ACCOUNT, 'Not yet.');
  await line.save(anAccount({ access: false }));
  await line.drainAll(worker);
  expect(await line.read(ACCOUNT)).toMatchObject({ state: 'sent', by_hand: false, applied_version: 2 });
});
