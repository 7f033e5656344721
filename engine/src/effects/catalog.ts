import type { Slot } from './connection.ts';
import type { EffectKind } from './payloads.ts';

export interface CatalogEntry {
  slot: Slot;
  shape: 'message' | 'state';
  /**
   * `verified`: planned as held from a provisional transition, until a verified read from Stripe confirms or suppresses it.
   * `none`: the fact is terminal and unambiguous, or harmless to say early.
   */
  gate: 'none' | 'verified';
  /** Without a Stripe API key nothing can be verified: say it anyway, or keep holding. */
  withoutKey: 'proceed' | 'hold';
  /** Must be settled first: another effect of the same subject, by kind. */
  after?: { kind: EffectKind; whenDead: 'block' | 'proceed' | 'suppress' };
  /** A fact older than this, by Stripe's clock, is too old to say; null for states, which are always brought in step. */
  maxAgeHours: number | null;
}

/** Every kind of effect, once. Identity: `${name}:${fact}@${slot}`, pinned by golden tests. */
export const catalog = {
  'app.account': { slot: 'app', shape: 'state', gate: 'none', withoutKey: 'proceed', maxAgeHours: null },
  'crm.contact': { slot: 'crm', shape: 'state', gate: 'none', withoutKey: 'proceed', maxAgeHours: null },
  'email.welcome': {
    slot: 'email',
    shape: 'message',
    gate: 'none',
    withoutKey: 'proceed',
    after: { kind: 'app.account', whenDead: 'block' },
    maxAgeHours: 72,
  },
  'email.payment_failed': { slot: 'email', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 48 },
  // Nothing to take back: the invoice is open, and this is how it is paid.
  'email.payment_action_required': {
    slot: 'email',
    shape: 'message',
    gate: 'verified',
    withoutKey: 'proceed',
    maxAgeHours: 24,
  },
  'email.order_failed': { slot: 'email', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 168 },
  'email.trial_ending': { slot: 'email', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 60 },
  'email.refunded': { slot: 'email', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 168 },
  'email.access_ended': { slot: 'email', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 72 },
  'helpdesk.payment_failed': {
    slot: 'helpdesk',
    shape: 'message',
    gate: 'verified',
    withoutKey: 'proceed',
    maxAgeHours: 168,
  },
  'helpdesk.payment_recovered': {
    slot: 'helpdesk',
    shape: 'message',
    gate: 'none',
    withoutKey: 'proceed',
    after: { kind: 'helpdesk.payment_failed', whenDead: 'suppress' },
    maxAgeHours: null,
  },
  'helpdesk.dispute_opened': {
    slot: 'helpdesk',
    shape: 'message',
    gate: 'verified',
    withoutKey: 'proceed',
    maxAgeHours: 168,
  },
  'helpdesk.dispute_closed': {
    slot: 'helpdesk',
    shape: 'message',
    gate: 'none',
    withoutKey: 'proceed',
    after: { kind: 'helpdesk.dispute_opened', whenDead: 'suppress' },
    maxAgeHours: null,
  },
  'chat.sale': { slot: 'chat', shape: 'message', gate: 'none', withoutKey: 'proceed', maxAgeHours: 24 },
  'chat.payment_failed': { slot: 'chat', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 24 },
  'chat.payment_action_required': {
    slot: 'chat',
    shape: 'message',
    gate: 'verified',
    withoutKey: 'proceed',
    maxAgeHours: 24,
  },
  'chat.refunded': { slot: 'chat', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 24 },
  'chat.dispute_opened': { slot: 'chat', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 168 },
  'chat.dispute_closed': { slot: 'chat', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 168 },
  'chat.fraud_warning': { slot: 'chat', shape: 'message', gate: 'none', withoutKey: 'proceed', maxAgeHours: 72 },
  'chat.access_ended': { slot: 'chat', shape: 'message', gate: 'verified', withoutKey: 'proceed', maxAgeHours: 24 },
  'chat.issue_opened': { slot: 'chat', shape: 'message', gate: 'none', withoutKey: 'proceed', maxAgeHours: 24 },
  'chat.issue_resolved': { slot: 'chat', shape: 'message', gate: 'none', withoutKey: 'proceed', maxAgeHours: 24 },
} as const satisfies Record<EffectKind, CatalogEntry>;

/** The permanent name of one effect, from a business fact and a stable slot; never from an event or connection id. */
export function effectId(kind: EffectKind, fact: string): string {
  const [slot, name] = kind.split('.');
  return `${name}:${fact}@${slot}`;
}
