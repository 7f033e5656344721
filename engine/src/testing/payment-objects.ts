import type Stripe from 'stripe';
import { BOUGHT_AT, type StripeObject } from './stripe-objects.ts';

/** The objects money moves through, as API 2026-10-28.endive sends them: of the default customer's first payment. */

type Overrides = Record<string, unknown>;

/** Succeeded by default; `amountCents` sets every amount. */
export function aPaymentIntent(overrides: Overrides = {}): StripeObject {
  const { amountCents = 4900, ...fields } = overrides;
  const amount = Number(amountCents);
  const payment = {
    id: 'pi_1',
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_received: amount,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: null,
    confirmation_method: 'automatic',
    created: BOUGHT_AT,
    currency: 'usd',
    customer: 'cus_1',
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: 'ch_1',
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: 'pm_1',
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_group: null,
  } satisfies Stripe.PaymentIntent;
  return { ...payment, ...fields };
}

/** Paid by default; `amountCents` is what was charged, `refundedCents` what went back of it. */
export function aCharge(overrides: Overrides = {}): StripeObject {
  const { amountCents = 4900, refundedCents = 0, ...fields } = overrides;
  const amount = Number(amountCents);
  const charge = {
    id: 'ch_1',
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: Number(refundedCents),
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: 'txn_1',
    billing_details: { address: null, email: 'ada@example.com', name: 'Ada Lovelace', phone: null, tax_id: null },
    calculated_statement_descriptor: 'NORTHWIND NOTES',
    captured: true,
    created: BOUGHT_AT,
    currency: 'usd',
    customer: 'cus_1',
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: null,
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: 'pi_1',
    payment_method: 'pm_1',
    payment_method_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: Number(refundedCents) >= amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  } satisfies Stripe.Charge;
  return { ...charge, ...fields };
}

/** The whole first payment, back on the card. */
export function aRefund(overrides: Overrides = {}): StripeObject {
  const { amountCents = 4900, ...fields } = overrides;
  const refund = {
    id: 're_1',
    object: 'refund',
    amount: Number(amountCents),
    balance_transaction: 'txn_2',
    charge: 'ch_1',
    created: BOUGHT_AT + 86_400,
    currency: 'usd',
    customer: null,
    customer_account: null,
    metadata: {},
    payment_intent: 'pi_1',
    payment_method: null,
    reason: 'requested_by_customer',
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund;
  return { ...refund, ...fields };
}

/** Of the first payment, and waiting for an answer. */
export function aDispute(overrides: Overrides = {}): StripeObject {
  const dispute = {
    id: 'dp_1',
    object: 'dispute',
    amount: 4900,
    balance_transactions: [],
    charge: 'ch_1',
    created: BOUGHT_AT + 86_400,
    currency: 'usd',
    enhanced_eligibility_types: [],
    evidence_details: {
      due_by: BOUGHT_AT + 8 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: 'pi_1',
    reason: 'fraudulent',
    status: 'needs_response',
  } satisfies Omit<Stripe.Dispute, 'evidence'>;
  return { ...dispute, evidence: {}, ...overrides };
}

export function anEarlyFraudWarning(overrides: Overrides = {}): StripeObject {
  const warning = {
    id: 'issfr_1',
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: 'ch_1',
    created: BOUGHT_AT + 86_400,
    fraud_type: 'made_with_stolen_card',
    livemode: false,
    payment_intent: 'pi_1',
  } satisfies Stripe.Radar.EarlyFraudWarning;
  return { ...warning, ...overrides };
}

/** What Stripe's own entitlements give the customer. It has no id: there is one a customer. */
export function anEntitlementSummary(...lookupKeys: string[]): Omit<StripeObject, 'id'> {
  const summary = {
    object: 'entitlements.active_entitlement_summary',
    customer: 'cus_1',
    livemode: false,
  } satisfies Omit<Stripe.Entitlements.ActiveEntitlementSummary, 'entitlements'>;
  const data = lookupKeys.map((key) => ({
    id: `ent_${key}`,
    object: 'entitlements.active_entitlement',
    feature: `feat_${key}`,
    livemode: false,
    lookup_key: key,
  }));
  return { ...summary, entitlements: { object: 'list', data, has_more: false, url: '/v1/entitlements' } };
}
