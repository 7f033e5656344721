import { clientSecret, newId } from '../ids.ts';
import type { Charge, Customer, PaymentIntent, PaymentMethod } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';

export const declined = {
  code: 'card_declined',
  decline_code: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
} as const;

/** The sandbox's one card. No number exists anywhere: brand, last four and expiry are all that Stripe shows either. */
const card = { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2034, country: 'US', funding: 'credit' } as const;

export function createPaymentMethod(operation: Operation, email: string | null, name: string | null): PaymentMethod {
  const method: PaymentMethod = {
    id: newId.paymentMethod(),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: { address: null, email, name, phone: null, tax_id: null },
    card: {
      ...card,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      display_brand: 'visa',
      fingerprint: 'sandboxsandbox42',
      generated_from: null,
      networks: { available: ['visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: operation.at,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
  operation.state.paymentMethods.set(method.id, method);
  return method;
}

export function attachPaymentMethod(operation: Operation, method: PaymentMethod, customer: Customer): void {
  method.customer = customer.id;
  emit(operation, 'payment_method.attached', method);
}

type Asked = {
  amount: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
};

export function createPaymentIntent(operation: Operation, asked: Asked): PaymentIntent {
  const id = newId.paymentIntent();
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: asked.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: clientSecret(id),
    confirmation_method: 'automatic',
    created: operation.at,
    currency: asked.currency,
    customer: asked.customer,
    customer_account: null,
    description: asked.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: asked.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
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
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  operation.state.paymentIntents.set(id, intent);
  emit(operation, 'payment_intent.created', intent);
  return intent;
}

export function succeed(operation: Operation, intent: PaymentIntent, method: PaymentMethod): Charge {
  const charge = createCharge(operation, intent, method, 'succeeded');
  Object.assign(intent, {
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    payment_method: method.id,
    status: 'succeeded',
  } satisfies Partial<PaymentIntent>);
  emit(operation, 'charge.succeeded', charge);
  emit(operation, 'payment_intent.succeeded', intent);
  return charge;
}

export function decline(operation: Operation, intent: PaymentIntent, method: PaymentMethod): Charge {
  const charge = createCharge(operation, intent, method, 'failed');
  Object.assign(intent, {
    // In JSON the error carries the whole payment method, which the typings of references cannot say.
    last_payment_error: { ...declined, charge: charge.id, payment_method: structuredClone(method), type: 'card_error' },
    latest_charge: charge.id,
    payment_method: null,
    status: 'requires_payment_method',
  } satisfies Partial<PaymentIntent>);
  emit(operation, 'charge.failed', charge);
  emit(operation, 'payment_intent.payment_failed', intent);
  return charge;
}

function createCharge(
  operation: Operation,
  intent: PaymentIntent,
  method: PaymentMethod,
  status: 'succeeded' | 'failed',
): Charge {
  const paid = status === 'succeeded';
  const charge: Charge = {
    id: newId.charge(),
    object: 'charge',
    amount: intent.amount,
    amount_captured: paid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: 'ONPAID SANDBOX',
    captured: paid,
    created: operation.at,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: paid ? null : declined.code,
    failure_message: paid ? null : declined.message,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: paid ? 'approved_by_network' : 'declined_by_network',
      reason: paid ? null : declined.decline_code,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: paid ? 'Payment complete.' : 'The bank returned the decline code `insufficient_funds`.',
      type: paid ? 'authorized' : 'issuer_declined',
    },
    paid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: 'card' },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
  operation.state.charges.set(charge.id, charge);
  return charge;
}
