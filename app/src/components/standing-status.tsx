import { Status, type StatusKind } from './ui/status';

/** Billing in words a customer understands, with what the eye should think of it. */
const standings: Record<string, { kind: StatusKind; words: string }> = {
  pending_payment: { kind: 'waiting', words: 'Waiting for payment' },
  processing: { kind: 'waiting', words: 'Payment processing' },
  active: { kind: 'ok', words: 'Active' },
  trialing: { kind: 'ok', words: 'Free trial' },
  past_due: { kind: 'attention', words: 'Payment past due' },
  payment_action_required: { kind: 'attention', words: 'Your bank wants you to confirm' },
  paused: { kind: 'off', words: 'Paused' },
  canceling: { kind: 'attention', words: 'Canceled, still running' },
  canceled: { kind: 'off', words: 'Canceled' },
  refunded: { kind: 'off', words: 'Refunded' },
  disputed: { kind: 'attention', words: 'Payment disputed' },
  failed: { kind: 'broken', words: 'Payment failed' },
};

export function StandingStatus({ billing }: { billing: string }) {
  const { kind, words } = standings[billing] ?? { kind: 'off' as const, words: billing };
  return <Status kind={kind}>{words}</Status>;
}
