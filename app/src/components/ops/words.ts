import type { Standing } from '@onpaid/engine';

/** Each state as one word for a narrow column, and what the eye should think of it. */
export interface Word {
  kind: Standing;
  word: string;
}

export const billingWords: Record<string, Word> = {
  pending_payment: { kind: 'waiting', word: 'Not paid yet' },
  processing: { kind: 'waiting', word: 'Processing' },
  active: { kind: 'ok', word: 'Active' },
  trialing: { kind: 'ok', word: 'Trial' },
  past_due: { kind: 'attention', word: 'Past due' },
  payment_action_required: { kind: 'attention', word: 'Action needed' },
  paused: { kind: 'off', word: 'Paused' },
  canceling: { kind: 'attention', word: 'Canceling' },
  canceled: { kind: 'off', word: 'Canceled' },
  refunded: { kind: 'off', word: 'Refunded' },
  disputed: { kind: 'broken', word: 'Disputed' },
  failed: { kind: 'broken', word: 'Failed' },
};

export const onboardingWords: Record<string, Word> = {
  waiting: { kind: 'off', word: 'Waiting' },
  provisioning: { kind: 'waiting', word: 'Setting up' },
  provisioned: { kind: 'ok', word: 'Provisioned' },
  welcomed: { kind: 'ok', word: 'Welcomed' },
  failed: { kind: 'broken', word: 'Failed' },
};

export const syncWords: Record<string, Word> = {
  in_step: { kind: 'ok', word: 'In step' },
  waiting: { kind: 'waiting', word: 'On its way' },
  retrying: { kind: 'attention', word: 'Retrying' },
  failed: { kind: 'broken', word: 'Failed' },
  unknown: { kind: 'attention', word: 'Unknown' },
};

export const effectWords: Record<string, Word> = {
  held: { kind: 'waiting', word: 'Held' },
  planned: { kind: 'waiting', word: 'Planned' },
  sending: { kind: 'waiting', word: 'Sending' },
  sent: { kind: 'ok', word: 'Sent' },
  retry_wait: { kind: 'attention', word: 'Retrying' },
  unknown: { kind: 'attention', word: 'Unknown' },
  resolving: { kind: 'waiting', word: 'Looking up' },
  dead: { kind: 'broken', word: 'Failed' },
  suppressed: { kind: 'off', word: 'Not sent' },
};

export const slotNames: Record<string, string> = {
  app: 'Your app',
  crm: 'CRM',
  email: 'E-mail',
  helpdesk: 'Support',
  chat: 'Chat',
};

export function wordFor(words: Record<string, Word>, state: string): Word {
  return words[state] ?? { kind: 'off', word: state.replaceAll('_', ' ') };
}

export const eventWords: Record<string, Word> = {
  not_read: { kind: 'waiting', word: 'Not read yet' },
  applied: { kind: 'ok', word: 'Applied' },
  stale: { kind: 'off', word: 'Out of date' },
  unchanged: { kind: 'off', word: 'Known already' },
  unresolved: { kind: 'attention', word: 'Whose is unclear' },
  ignored: { kind: 'off', word: 'Kept, not used' },
  quarantined: { kind: 'attention', word: 'Other mode' },
  invalid: { kind: 'broken', word: 'Unreadable' },
};

/** An event's one word: how it was taken in, or what reading it did. */
export function eventState(event: { disposition: string; outcome: string | null }): string {
  return event.disposition === 'recorded' ? (event.outcome ?? 'not_read') : event.disposition;
}
