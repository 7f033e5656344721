import type Stripe from 'stripe';

/**
 * Stripe objects as API 2026-10-28.endive sends them. `satisfies` holds each against the SDK's own types, so that a field
 * Stripe renames is a compile error here first. Builders take what a test is about and fill in the rest.
 */

export interface StripeObject {
  id: string;
  object: string;
  [field: string]: unknown;
}

/** When the default customer bought, in Stripe's whole seconds: 2026-11-02 10:00 UTC, renewing on the 2nd. */
export const BOUGHT_AT = Date.UTC(2026, 10, 2, 10) / 1_000;
export const RENEWS_AT = Date.UTC(2026, 11, 2, 10) / 1_000;

type Overrides = Record<string, unknown>;

export function aCustomer(overrides: Overrides = {}): StripeObject {
  const customer = {
    id: 'cus_1',
    object: 'customer',
    address: { city: null, country: 'IE', line1: null, line2: null, postal_code: null, state: null },
    balance: 0,
    created: BOUGHT_AT,
    currency: 'usd',
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: 'ada@example.com',
    invoice_prefix: 'A1B2C3D4',
    invoice_settings: { custom_fields: null, default_payment_method: 'pm_1', footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: 'Ada Lovelace',
    next_invoice_sequence: 2,
    phone: null,
    preferred_locales: ['en'],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } satisfies Stripe.Customer;
  return { ...customer, ...overrides };
}

/** Any field may be given; `priceId`, `lookupKey` and `unitAmount` shape its only item. */
export function aSubscription(overrides: Overrides = {}): StripeObject {
  const { priceId = 'price_team_monthly', lookupKey = 'team_monthly', unitAmount = 4900, ...fields } = overrides;
  const id = typeof fields.id === 'string' ? fields.id : 'sub_1';
  const subscription = {
    id: 'sub_1',
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: BOUGHT_AT,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: BOUGHT_AT,
    currency: 'usd',
    customer: 'cus_1',
    customer_account: null,
    days_until_due: null,
    default_payment_method: 'pm_1',
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    latest_invoice: 'in_1',
    livemode: false,
    managed_payments: { enabled: false },
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: ['card'],
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: BOUGHT_AT,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: null,
  } satisfies Omit<Stripe.Subscription, 'items'>;
  const items = {
    object: 'list',
    data: [
      {
        id: `si_${id.replace(/^sub_/, '')}`,
        object: 'subscription_item',
        billing_thresholds: null,
        created: BOUGHT_AT,
        current_period_end: RENEWS_AT,
        current_period_start: BOUGHT_AT,
        current_trial: null,
        discounts: [],
        metadata: {},
        price: aPrice({ id: priceId, lookup_key: lookupKey, unit_amount: unitAmount }),
        quantity: 1,
        subscription: id,
        tax_rates: [],
      },
    ],
    has_more: false,
    total_count: 1,
    url: `/v1/subscription_items?subscription=${id}`,
  };
  return { ...subscription, items, ...fields };
}

export function aPrice(overrides: Overrides = {}): StripeObject {
  const price = {
    id: 'price_team_monthly',
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: BOUGHT_AT,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: 'team_monthly',
    metadata: {},
    nickname: null,
    product: 'prod_team',
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: 4900,
  } satisfies Omit<Stripe.Price, 'unit_amount_decimal'>;
  return { ...price, unit_amount_decimal: String(overrides.unit_amount ?? price.unit_amount), ...overrides };
}

/** Paid by default; `amountCents` sets every amount, `subscriptionId` its parent. */
export function anInvoice(overrides: Overrides = {}): StripeObject {
  const { amountCents = 4900, subscriptionId = 'sub_1', ...fields } = overrides;
  const amount = Number(amountCents);
  const invoice = {
    id: 'in_1',
    object: 'invoice',
    account_country: 'IE',
    account_name: 'Northwind Notes',
    account_tax_ids: null,
    amount_due: amount,
    amount_overpaid: 0,
    amount_paid: amount,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: 'subscription_create',
    collection_method: 'charge_automatically',
    created: BOUGHT_AT,
    currency: 'usd',
    custom_fields: null,
    customer: 'cus_1',
    customer_account: null,
    customer_address: null,
    customer_email: 'ada@example.com',
    customer_name: 'Ada Lovelace',
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: BOUGHT_AT,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/test_1',
    invoice_pdf: 'https://pay.stripe.com/invoice/acct_1/test_1/pdf',
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    number: 'A1B2C3D4-0001',
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription: String(subscriptionId) },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: BOUGHT_AT,
    period_start: BOUGHT_AT,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'paid',
    status_transitions: {
      finalized_at: BOUGHT_AT,
      marked_uncollectible_at: null,
      paid_at: BOUGHT_AT,
      voided_at: null,
    },
    subtotal: amount,
    subtotal_excluding_tax: amount,
    test_clock: null,
    total: amount,
    total_discount_amounts: [],
    total_excluding_tax: amount,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: BOUGHT_AT,
  } satisfies Omit<Stripe.Invoice, 'lines'>;
  const lines = { object: 'list', data: [], has_more: false, total_count: 0, url: '/v1/invoices/in_1/lines' };
  return { ...invoice, lines, ...fields };
}

/** An invoice whose payment just failed, as `invoice.payment_failed` carries it. */
export function anUnpaidInvoice(overrides: Overrides = {}): StripeObject {
  const amount = Number(overrides.amountCents ?? 4900);
  return anInvoice({
    amount_paid: 0,
    amount_remaining: amount,
    auto_advance: true,
    billing_reason: 'subscription_cycle',
    next_payment_attempt: RENEWS_AT + 3 * 86_400,
    status: 'open',
    status_transitions: { finalized_at: RENEWS_AT, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...overrides,
  });
}

/** Complete and paid by default, in subscription mode. */
export function aCheckoutSession(overrides: Overrides = {}): StripeObject {
  const session = {
    id: 'cs_test_1',
    object: 'checkout.session',
    amount_subtotal: 4900,
    amount_total: 4900,
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: 'auto',
    cancel_url: 'https://northwind.example/checkout/canceled',
    client_reference_id: null,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: null,
    created: BOUGHT_AT - 60,
    currency: 'usd',
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: 'cus_1',
    customer_account: null,
    customer_creation: 'always',
    customer_details: {
      address: { city: null, country: 'IE', line1: null, line2: null, postal_code: null, state: null },
      business_name: null,
      email: 'ada@example.com',
      individual_name: null,
      name: 'Ada Lovelace',
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
    customer_email: null,
    discounts: [],
    expires_at: BOUGHT_AT + 86_400,
    integration_identifier: null,
    invoice: 'in_1',
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: { enabled: false },
    metadata: {},
    mode: 'subscription',
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'always',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'paid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'complete',
    submit_type: null,
    subscription: 'sub_1',
    success_url: 'https://northwind.example/checkout/return',
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: null,
    wallet_options: null,
  } satisfies Stripe.Checkout.Session;
  return { ...session, ...overrides };
}

/** As a charge or a payment method carries it: a card with what must never be stored. */
export function aPaymentMethod(overrides: Overrides = {}): StripeObject {
  return {
    id: 'pm_1',
    object: 'payment_method',
    allow_redisplay: 'always',
    billing_details: { email: 'ada@example.com', name: 'Ada Lovelace', phone: null },
    card: {
      brand: 'visa',
      checks: { address_line1_check: null, address_postal_code_check: 'pass', cvc_check: 'pass' },
      country: 'IE',
      display_brand: 'visa',
      exp_month: 4,
      exp_year: 2031,
      fingerprint: 'Xt5EWLLDS7FJjR1c',
      funding: 'credit',
      last4: '4242',
      networks: { available: ['visa'], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: BOUGHT_AT,
    customer: 'cus_1',
    livemode: false,
    metadata: {},
    type: 'card',
    ...overrides,
  };
}
