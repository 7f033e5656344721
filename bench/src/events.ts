import { createHmac, randomBytes } from 'node:crypto';

export const WEBHOOK_SECRET = 'whsec_benchmark_only_3kq0v5tq1j8y';

export interface Target {
  port: number;
  path: string;
}

const period = { start: Math.floor(Date.now() / 1_000) - 86_400, end: Math.floor(Date.now() / 1_000) + 29 * 86_400 };

/** A subscription as API 2026-10-28 sends it; the note brings the event to 3 KB, as metadata and discounts do in life. */
function subscription(id: string, customer: string): Record<string, unknown> {
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: period.start,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'classic' },
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    created: period.start,
    currency: 'usd',
    customer,
    days_until_due: null,
    default_payment_method: 'pm_1QbenchmarkOnly',
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: { account_tax_ids: null, issuer: { type: 'self' } },
    items: {
      object: 'list',
      data: [
        {
          id: id.replace('sub', 'si'),
          object: 'subscription_item',
          billing_thresholds: null,
          created: period.start,
          current_period_end: period.end,
          current_period_start: period.start,
          discounts: [],
          metadata: {},
          price: {
            id: 'price_team_monthly',
            object: 'price',
            active: true,
            billing_scheme: 'per_unit',
            created: period.start,
            currency: 'usd',
            custom_unit_amount: null,
            livemode: false,
            lookup_key: 'team_monthly',
            metadata: {},
            nickname: null,
            product: 'prod_team',
            recurring: {
              interval: 'month',
              interval_count: 1,
              meter: null,
              trial_period_days: null,
              usage_type: 'licensed',
            },
            tax_behavior: 'unspecified',
            tiers_mode: null,
            transform_quantity: null,
            type: 'recurring',
            unit_amount: 4900,
            unit_amount_decimal: '4900',
          },
          quantity: 1,
          subscription: id,
          tax_rates: [],
        },
      ],
      has_more: false,
      total_count: 1,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: 'in_1QbenchmarkOnly',
    livemode: false,
    metadata: { note: 'n'.repeat(450) },
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: period.start,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: null,
  };
}

function subscriptionEvent(type: string, eventId: string, number: string): string {
  return JSON.stringify({
    id: eventId,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(Date.now() / 1_000),
    data: {
      object: subscription(`sub_${number}`, `cus_${number}`),
      ...(type.endsWith('updated') && { previous_attributes: { latest_invoice: 'in_1Qbefore' } }),
    },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  });
}

/** Whole HTTP requests, each an event of its own about one of `customers` customers, signed when it is asked for. */
export function updates(target: Target, customers: number): () => Buffer {
  const run = randomBytes(5).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    const number = `bench${count % customers}`;
    return requestOf(target, subscriptionEvent('customer.subscription.updated', `evt_${run}${count}`, number));
  };
}

/** The first event of a customer who has just bought; the name says which. */
export function firstEvent(target: Target, number: string): Buffer {
  const eventId = `evt_${randomBytes(9).toString('hex')}`;
  return requestOf(target, subscriptionEvent('customer.subscription.created', eventId, number));
}

function requestOf({ port, path }: Target, body: string): Buffer {
  const seconds = Math.floor(Date.now() / 1_000);
  const mac = createHmac('sha256', WEBHOOK_SECRET).update(`${seconds}.${body}`).digest('hex');
  return Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Stripe-Signature: t=${seconds},v1=${mac}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/** Bytes of one event's body, for the report's heading. */
export function bodyBytes(): number {
  return Buffer.byteLength(subscriptionEvent('customer.subscription.updated', 'evt_0123456789abcdef01', 'bench1234'));
}
