import { customerFilters } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { billingWords, effectWords, onboardingWords, syncWords, type Word } from './words';

const axes = { billing: billingWords, onboarding: onboardingWords, sync: syncWords };

test.each<[string, keyof typeof axes, string]>([
  ['pending', 'billing', 'pending_payment'],
  ['provisioning', 'onboarding', 'provisioning'],
  ['active', 'billing', 'active'],
  ['trialing', 'billing', 'trialing'],
  ['past due', 'billing', 'past_due'],
  ['action required', 'billing', 'payment_action_required'],
  ['canceling', 'billing', 'canceling'],
  ['canceled', 'billing', 'canceled'],
  ['refunded', 'billing', 'refunded'],
  ['disputed', 'billing', 'disputed'],
  ['failed', 'billing', 'failed'],
  ['retrying', 'sync', 'retrying'],
])('%s is a word of its own on the axis of %s', (_, axis, state) => {
  const { word } = axes[axis][state] as Word;
  const others = Object.entries(axes[axis]).filter(([other]) => other !== state);
  expect(word).not.toBe('');
  expect(others.map(([, it]) => it.word)).not.toContain(word);
});

test('every state that can be filtered by has its word, and no word is of a state that is not there', () => {
  expect(Object.keys(billingWords).sort()).toEqual([...customerFilters.billing].sort());
  expect(Object.keys(onboardingWords).sort()).toEqual([...customerFilters.onboarding].sort());
  expect(Object.keys(syncWords).sort()).toEqual([...customerFilters.crm].sort());
  expect(effectWords.retry_wait?.word).toBe(syncWords.retrying?.word);
});
