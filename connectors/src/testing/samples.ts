import { createHash } from 'node:crypto';
import type { Brand, Payloads, SendContext } from '@onpaid/engine';

export const at = new Date('2026-03-01T12:00:00.000Z');

export function aSendContext(changes: Partial<SendContext> & { remoteIds?: Record<string, string> } = {}): SendContext {
  const { remoteIds = {}, ...rest } = changes;
  const effectId = rest.effectId ?? 'welcome:sub_1@email';
  return {
    effectId,
    idempotencyKey: createHash('sha256').update(effectId).digest('base64url'),
    attempt: 1,
    version: 1,
    remoteId: null,
    remoteIdOf: async (id) => remoteIds[id] ?? null,
    signal: new AbortController().signal,
    now: () => at,
    ...rest,
  };
}

const person = { subjectId: 'cus_1', email: 'ada@example.com', name: 'Ada Lovelace', locale: 'en' };
const plan = { key: 'team', name: 'Team' };

export function aContact(changes: Partial<Payloads['crm.contact']> = {}): Payloads['crm.contact'] {
  return {
    customerId: 'cus_1',
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada Lovelace',
    properties: {
      billing_status: 'active',
      plan: 'team',
      has_access: true,
      amount_cents: 4900,
      currency: 'usd',
      renews_at: new Date('2026-04-01T12:00:00.000Z'),
      first_paid_at: at,
    },
    ...changes,
  };
}

export function anAccount(changes: Partial<Payloads['app.account']> = {}): Payloads['app.account'] {
  return {
    customerId: 'cus_1',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    access: true,
    reason: 'active',
    plans: ['team'],
    grants: ['app', 'team'],
    until: null,
    ...changes,
  };
}

export function aPurchase(changes: Partial<Payloads['email.welcome']> = {}): Payloads['email.welcome'] {
  return {
    person,
    plan,
    paid: { amountCents: 4900, currency: 'usd' },
    paidAt: at,
    invoiceNumber: 'F-0001',
    invoiceUrl: 'https://invoice.stripe.com/i/1',
    ...changes,
  };
}

export function aFailedPayment(
  changes: Partial<Payloads['helpdesk.payment_failed']> = {},
): Payloads['helpdesk.payment_failed'] {
  return {
    person,
    plan,
    invoiceId: 'in_1',
    invoiceNumber: 'F-0002',
    due: { amountCents: 4900, currency: 'usd' },
    attempt: 1,
    failureCode: 'card_declined',
    nextAttemptAt: new Date('2026-03-04T12:00:00.000Z'),
    payUrl: 'https://invoice.stripe.com/i/2',
    graceEndsAt: new Date('2026-03-08T12:00:00.000Z'),
    ...changes,
  };
}

export function aRecoveredPayment(): Payloads['helpdesk.payment_recovered'] {
  return { person, invoiceId: 'in_1', invoiceNumber: 'F-0002', paid: { amountCents: 4900, currency: 'usd' } };
}

export function aConfirmation(
  changes: Partial<Payloads['email.payment_action_required']> = {},
): Payloads['email.payment_action_required'] {
  return {
    person,
    plan,
    invoiceId: 'in_1',
    invoiceNumber: 'F-0002',
    due: { amountCents: 4900, currency: 'usd' },
    attempt: 1,
    confirmUrl: 'https://invoice.stripe.com/i/2',
    ...changes,
  };
}

export function aFailedOrder(): Payloads['email.order_failed'] {
  const retryUrl = 'https://pay.northwind.example/buy/lifetime';
  return { person, plan, due: { amountCents: 14900, currency: 'usd' }, retryUrl };
}

export function anEndingTrial(): Payloads['email.trial_ending'] {
  return {
    person,
    plan,
    trialEndsAt: new Date('2026-03-04T12:00:00.000Z'),
    firstCharge: { amountCents: 4900, currency: 'usd' },
    manageUrl: 'https://pay.northwind.example/account/plan',
  };
}

export function aRefund(changes: Partial<Payloads['email.refunded']> = {}): Payloads['email.refunded'] {
  return {
    person,
    plan,
    refunded: { amountCents: 4900, currency: 'usd' },
    isWhole: true,
    invoiceNumber: 'F-0001',
    ...changes,
  };
}

export function aDispute(
  changes: Partial<Payloads['helpdesk.dispute_opened']> = {},
): Payloads['helpdesk.dispute_opened'] {
  return {
    person,
    disputeId: 'dp_1',
    disputed: { amountCents: 4900, currency: 'usd' },
    reason: 'fraudulent',
    respondBy: new Date('2026-03-12T23:59:59.000Z'),
    hasAccess: true,
    ...changes,
  };
}

export function aClosedDispute(
  changes: Partial<Payloads['helpdesk.dispute_closed']> = {},
): Payloads['helpdesk.dispute_closed'] {
  return {
    person,
    disputeId: 'dp_1',
    disputed: { amountCents: 4900, currency: 'usd' },
    outcome: 'won',
    hasAccess: true,
    ...changes,
  };
}

export function aFraudWarning(changes: Partial<Payloads['chat.fraud_warning']> = {}): Payloads['chat.fraud_warning'] {
  return {
    person,
    warningId: 'issfr_1',
    chargeId: 'ch_1',
    fraudType: 'made_with_stolen_card',
    charged: { amountCents: 4900, currency: 'usd' },
    ...changes,
  };
}

export function anEndedAccess(): Payloads['email.access_ended'] {
  return { person, plan, endedAt: at, reason: 'canceled' };
}

export function anIssue(): Payloads['chat.issue_opened'] {
  return {
    issueId: 7,
    title: 'HubSpot answers 500',
    vendor: 'HubSpot',
    cause: 'http_500',
    occurrences: 3,
    effects: 12,
  };
}

export const aBrand: Brand = {
  name: 'Northwind Notes',
  tagline: 'Meeting notes your whole team will read.',
  description: 'Notes.',
  supportEmail: 'help@northwind.example',
  accent: { light: '#1d4ed8', dark: '#93b4ff' },
};
