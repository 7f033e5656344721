import type { CheckoutProgress, ProgressStep } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { progressScreen } from './progress-screen';

const paidAt = new Date('2026-03-04T14:02:00Z');
const seconds = (count: number) => new Date(paidAt.getTime() + count * 1_000);
type Steps = Partial<Record<ProgressStep['key'], ProgressStep['state']>>;

function screen(payment: CheckoutProgress['payment'], steps: Steps, at = seconds(5), expiresAt = seconds(3_600)) {
  const progress: CheckoutProgress = {
    intent: { id: 'i1', plan: 'team', createdAt: seconds(-60), expiresAt },
    payment,
    customerEmailMasked: 'a…@example.com',
    steps: Object.entries(steps).map(([key, state]) => ({
      key: key as ProgressStep['key'],
      state,
      at: state === 'done' ? paidAt : null,
    })),
  };
  return progressScreen(progress, { now: at, payUrl: 'https://stripe.example/pay', supportEmail: 'help@tern.example' });
}

const before: Steps = { payment: 'waiting', access: 'waiting', account: 'waiting', welcome: 'waiting' };
const inSetup: Steps = { payment: 'done', access: 'done', account: 'working', welcome: 'waiting' };

test.each([
  ['nothing heard yet', screen('none', before), 'verifying'],
  ['the session ran out', screen('none', before, seconds(3_601)), 'expired'],
  ['a bank debit', screen('processing', { ...before, payment: 'working' }), 'processing'],
  ['refused', screen('failed', { ...before, payment: 'failed' }), 'failed'],
  ['paid, setting up', screen('paid', inSetup), 'setting_up'],
  ['paid, 31 s ago', screen('paid', inSetup, seconds(31)), 'slow'],
  ['paid, the account is tried again', screen('paid', { ...inSetup, account: 'delayed' }), 'setting_up'],
  ['paid, the account failed', screen('paid', { ...inSetup, account: 'failed' }), 'slow'],
  ['set up, the mail is on its way', screen('paid', { ...inSetup, account: 'done', welcome: 'working' }), 'ready'],
  ['set up, the mail is late', screen('paid', { ...inSetup, account: 'done', welcome: 'delayed' }), 'ready'],
])('%s shows as its own state', (_what, { state }, expected) => {
  expect(state).toBe(expected);
});

test('AC4: nothing claims a payment before the engine knows of one', () => {
  for (const { title, detail, steps, paidAt, next } of [screen('none', before), screen('processing', before)]) {
    expect(`${title} ${detail} ${steps.map((step) => step.label)}`).not.toMatch(/received|success|ready|thank/i);
    expect(paidAt).toBeNull();
    expect(next?.href).not.toBe('/account');
  }
});

test('AC15: who has paid is never led to pay again', () => {
  for (const { next } of [
    screen('paid', inSetup),
    screen('paid', inSetup, seconds(60)),
    screen('processing', before),
  ]) {
    expect(next).toBeNull();
  }
});

test('a mail counts as written only when it was sent', () => {
  const account: Steps = { payment: 'done', access: 'done', account: 'done' };
  expect(screen('paid', { ...account, welcome: 'working' }).detail).toContain('We will also write');
  expect(screen('paid', { ...account, welcome: 'done' }).detail).toContain('We wrote');
});

test('the page asks on until nothing more can change', () => {
  const asksOn = (payment: CheckoutProgress['payment'], steps: Steps) => !screen(payment, steps).isFinal;
  const done: Steps = { payment: 'done', access: 'done', account: 'done', welcome: 'done' };
  expect([asksOn('none', before), asksOn('paid', inSetup), asksOn('paid', { ...done, welcome: 'delayed' })]).toEqual([
    true,
    true,
    true,
  ]);
  expect([asksOn('paid', done), asksOn('failed', before)]).toEqual([false, false]);
});
