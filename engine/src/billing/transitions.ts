/** What changed between two states, as enumerable facts. Effects are planned from these, never from events. */
export type Transition = TransitionFact & {
  /** Unique for good: `invoice_paid:in_1`, `cancel_scheduled:sub_1:2`. */
  key: string;
  objectId: string;
  occurredAt: Date;
  confidence: 'provisional' | 'verified';
};

type TransitionFact =
  /** The first money (or a covered $0 start) for a subscription or one-time order. */
  | { kind: 'purchased' }
  | { kind: 'invoice_paid'; amountCents: number; currency: string; recovered: boolean }
  | { kind: 'invoice_payment_failed'; attempt: number }
  | { kind: 'subscription_status'; from: string | null; to: string }
  | { kind: 'plan_changed'; from: string | null; to: string }
  | { kind: 'cancel_scheduled'; endsAt: string | null }
  | { kind: 'cancel_withdrawn' }
  | { kind: 'access_granted'; reason: string }
  | { kind: 'access_ended'; reason: string }
  | { kind: 'email_changed' };
