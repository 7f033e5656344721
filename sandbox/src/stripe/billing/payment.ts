import { clientSecret, newId } from '../ids.ts';
import type { PaymentIntent, PaymentMethod } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import { settingsOf } from '../state.ts';
import { type ChargeFate, createCharge, outcomeOf } from './charge.ts';
import { type DeclineName, declines, type PaymentResult } from './test-methods.ts';

type Asked = {
  amount: number;
  currency: string;
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  methodTypes?: string[];
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
    payment_method_types: asked.methodTypes ?? ['card'],
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

/** What comes of asking the method for the money, with the charge it leaves behind. */
export function applyResult(
  operation: Operation,
  intent: PaymentIntent,
  method: PaymentMethod,
  result: PaymentResult,
): void {
  switch (result.kind) {
    case 'succeeded':
      succeed(operation, intent, method);
      break;
    case 'declined':
      decline(operation, intent, method, result.decline);
      break;
    case 'requires_action':
      requireAction(operation, intent, method);
      break;
    case 'processing':
      process(operation, intent, method, result.succeeds);
      break;
    default:
      result satisfies never;
  }
}

function succeed(operation: Operation, intent: PaymentIntent, method: PaymentMethod): void {
  const charge = chargeOf(operation, intent, method, { status: 'succeeded' });
  Object.assign(intent, {
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
    processing: null,
    status: 'succeeded',
  } satisfies Partial<PaymentIntent>);
  emit(operation, 'charge.succeeded', charge);
  emit(operation, 'payment_intent.succeeded', intent);
}

function decline(operation: Operation, intent: PaymentIntent, method: PaymentMethod, name: DeclineName): void {
  const { code, message } = declines[name];
  // Who does not authenticate is never charged.
  const isCharged = name !== 'authentication_denied';
  const charge = isCharged ? chargeOf(operation, intent, method, { status: 'failed', decline: name }) : undefined;
  Object.assign(intent, {
    last_payment_error: {
      // The typings know only some of the codes banks answer with.
      code: code as NonNullable<PaymentIntent['last_payment_error']>['code'] & string,
      ...(charge && { charge: charge.id, decline_code: name }),
      message,
      // In JSON the error carries the whole payment method, which the typings of references cannot say.
      payment_method: structuredClone(method),
      type: charge ? 'card_error' : 'invalid_request_error',
    },
    latest_charge: charge?.id ?? intent.latest_charge,
    next_action: null,
    payment_method: null,
    processing: null,
    status: 'requires_payment_method',
  } satisfies Partial<PaymentIntent>);
  if (charge) emit(operation, 'charge.failed', charge);
  emit(operation, 'payment_intent.payment_failed', intent);
}

function requireAction(operation: Operation, intent: PaymentIntent, method: PaymentMethod): void {
  Object.assign(intent, {
    // What a browser would be handed is Stripe.js's own business; the typings leave it open.
    next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} },
    payment_method: method.id,
    status: 'requires_action',
  } satisfies Partial<PaymentIntent>);
  emit(operation, 'payment_intent.requires_action', intent);
}

/** The bank is asked, and answers in some days. */
function process(operation: Operation, intent: PaymentIntent, method: PaymentMethod, succeeds: boolean): void {
  const { state, at } = operation;
  const charge = chargeOf(operation, intent, method, { status: 'pending' });
  Object.assign(intent, {
    last_payment_error: null,
    latest_charge: charge.id,
    payment_method: method.id,
    status: 'processing',
  } satisfies Partial<PaymentIntent>);
  state.settlements.set(intent.id, { at: at + settingsOf(state).bankDebitDays * 86_400, succeeds });
  emit(operation, 'charge.pending', charge);
  emit(operation, 'payment_intent.processing', intent);
}

export function cancelIntent(operation: Operation, intent: PaymentIntent, reason: 'void_invoice' | 'abandoned'): void {
  if (intent.status === 'succeeded' || intent.status === 'canceled') return;
  operation.state.settlements.delete(intent.id);
  Object.assign(intent, {
    canceled_at: operation.at,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  } satisfies Partial<PaymentIntent>);
  emit(operation, 'payment_intent.canceled', intent);
}

/** A new charge, or the pending one of a bank debit, which has its answer now. */
function chargeOf(operation: Operation, intent: PaymentIntent, method: PaymentMethod, fate: ChargeFate) {
  const pending = operation.state.charges.get(intent.latest_charge ?? '');
  if (intent.status !== 'processing' || !pending) return createCharge(operation, intent, method, fate);
  const failed = fate.status === 'failed' ? declines[fate.decline] : undefined;
  return Object.assign(pending, {
    amount_captured: failed ? 0 : pending.amount,
    captured: !failed,
    failure_code: failed?.code ?? null,
    failure_message: failed?.message ?? null,
    outcome: outcomeOf(fate),
    paid: fate.status === 'succeeded',
    status: fate.status,
  });
}
