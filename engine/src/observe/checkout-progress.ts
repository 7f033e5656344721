import type { BillingObject } from '../billing/state.ts';
import type { EffectState } from '../effects/ledger-store.ts';

/** What the success page tells: only what is stored, never what the browser's return suggests. */
export interface CheckoutProgress {
  intent: { id: string; plan: string; createdAt: Date; expiresAt: Date | null };
  payment: 'none' | 'processing' | 'paid' | 'failed';
  steps: ProgressStep[];
  customerEmailMasked: string;
}

export interface ProgressStep {
  key: 'payment' | 'access' | 'account' | 'welcome';
  state: 'waiting' | 'working' | 'done' | 'delayed' | 'failed';
  /** When it got there; null until then. */
  at: Date | null;
}

/** Everything the answer rests on, gathered by progress-store.ts. */
export interface ProgressFacts {
  intent: CheckoutProgress['intent'] & { email: string };
  /** The checkout session and what it made, as far as we have heard. */
  objects: { value: BillingObject; occurredAt: Date }[];
  buyer: { hasAccess: boolean; accessChangedAt: Date | null } | null;
  account: EffectFact | null;
  welcome: EffectFact | null;
}

export interface EffectFact {
  state: EffectState;
  nextAt: Date | null;
  settledAt: Date | null;
}

/** A step that should have begun this long ago is late, whatever the reason. */
const LATE_AFTER_MS = 120_000;

export function checkoutProgress(facts: ProgressFacts, now: Date): CheckoutProgress {
  const { email, ...intent } = facts.intent;
  const { payment, at } = paymentOf(facts.objects);
  const isPaid = payment === 'paid';
  const hasAccess = isPaid && facts.buyer?.hasAccess === true;
  const steps: ProgressStep[] = [
    { key: 'payment', state: paymentStep[payment], at: isPaid ? at : null },
    hasAccess
      ? { key: 'access', state: 'done', at: facts.buyer?.accessChangedAt ?? null }
      : { key: 'access', state: isPaid ? 'working' : 'waiting', at: null },
  ];
  if (isComing(facts.account, hasAccess)) steps.push(effectStep('account', facts.account, isPaid, now));
  if (isComing(facts.welcome, hasAccess)) steps.push(effectStep('welcome', facts.welcome, isPaid, now));
  return { intent, payment, steps, customerEmailMasked: maskEmail(email) };
}

const paymentStep = {
  none: 'waiting',
  processing: 'working',
  paid: 'done',
  failed: 'failed',
} as const satisfies Record<CheckoutProgress['payment'], ProgressStep['state']>;

function paymentOf(objects: ProgressFacts['objects']): { payment: CheckoutProgress['payment']; at: Date | null } {
  for (const { value, occurredAt } of objects) {
    if (value.kind === 'invoice' && value.status === 'paid') return { payment: 'paid', at: value.paidAt ?? occurredAt };
    if (value.kind === 'checkout' && value.status === 'complete' && value.paymentStatus !== 'unpaid') {
      return { payment: 'paid', at: occurredAt };
    }
  }
  const hasExpired = objects.some(
    ({ value }) => value.kind === 'subscription' && value.status === 'incomplete_expired',
  );
  if (hasExpired) return { payment: 'failed', at: null };
  const isComplete = objects.some(({ value }) => value.kind === 'checkout' && value.status === 'complete');
  return { payment: isComplete ? 'processing' : 'none', at: null };
}

/** Planned in the commit that gives access: what is not there by then, or is suppressed, will not come and is not shown. */
function isComing(effect: EffectFact | null, hasAccess: boolean): boolean {
  return effect === null ? !hasAccess : effect.state !== 'suppressed';
}

function effectStep(key: 'account' | 'welcome', effect: EffectFact | null, isPaid: boolean, now: Date): ProgressStep {
  if (!isPaid || effect === null) return { key, state: 'waiting', at: null };
  return { key, state: effectStepState(effect, now), at: effect.state === 'sent' ? effect.settledAt : null };
}

function effectStepState({ state, nextAt }: EffectFact, now: Date): ProgressStep['state'] {
  switch (state) {
    case 'sent':
    case 'suppressed':
      return 'done';
    case 'dead':
      return 'failed';
    case 'retry_wait':
    case 'unknown':
    case 'resolving':
      return 'delayed';
    case 'held':
    case 'sending':
      return 'working';
    case 'planned':
      // No moment of its own: it waits for the step before it.
      if (nextAt === null) return 'waiting';
      return now.getTime() - nextAt.getTime() > LATE_AFTER_MS ? 'delayed' : 'working';
    default:
      return state satisfies never;
  }
}

/** "a…@example.com": enough to recognise one's own address, too little to learn another's. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '…' : `${[...email][0] ?? ''}…${email.slice(at)}`;
}
