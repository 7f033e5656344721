import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import type { Customer, Invoice, PaymentMethod, Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';
import { judgePayment, type LastFour, type PaymentResult, testMethods } from './test-methods.ts';

export function createPaymentMethod(
  operation: Operation,
  lastFour: LastFour,
  email: string | null = null,
  name: string | null = null,
): PaymentMethod {
  const { type } = testMethods[lastFour];
  const method: PaymentMethod = {
    id: newId.paymentMethod(),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: { address: null, email, name, phone: null, tax_id: null },
    ...(type === 'card' ? { card: cardOf(lastFour) } : { sepa_debit: debitOf(lastFour) }),
    created: operation.at,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type,
  };
  operation.state.paymentMethods.set(method.id, method);
  return method;
}

function cardOf(lastFour: LastFour): NonNullable<PaymentMethod['card']> {
  return {
    brand: 'visa',
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: 'visa',
    exp_month: 12,
    exp_year: lastFour === '0069' ? 2020 : 2034,
    fingerprint: `sandboxsandbox${lastFour}`,
    funding: 'credit',
    generated_from: null,
    last4: lastFour,
    networks: { available: ['visa'], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

function debitOf(lastFour: LastFour): NonNullable<PaymentMethod['sepa_debit']> {
  return {
    bank_code: '37040044',
    branch_code: '',
    country: 'DE',
    fingerprint: `sandboxsandbox${lastFour}`,
    generated_from: { charge: null, setup_attempt: null },
    last4: lastFour,
  };
}

export function attachPaymentMethod(operation: Operation, method: PaymentMethod, customer: Customer): void {
  method.customer = customer.id;
  operation.state.paymentMethods.set(method.id, method);
  emit(operation, 'payment_method.attached', method);
}

/** The bank sent its customer a new card, and told Stripe. */
export function renewCard(
  operation: Operation,
  method: PaymentMethod,
  update: { lastFour?: LastFour | undefined; expMonth?: number | undefined; expYear?: number | undefined },
): void {
  if (!method.card) throw invalid(`Payment method ${method.id} is no card; only a card is updated by its bank.`);
  const { last4, exp_month, exp_year } = method.card;
  change(operation, 'payment_method.automatically_updated', method, {
    card: {
      ...method.card,
      last4: update.lastFour ?? last4,
      exp_month: update.expMonth ?? exp_month,
      exp_year: update.expYear ?? exp_year,
    },
  });
}

/** The method a subscription's invoice is charged to when nobody names one. */
export function defaultMethod(
  state: State,
  subscription: Subscription | undefined,
  customer: Customer | undefined,
): PaymentMethod | undefined {
  const id = subscription?.default_payment_method ?? customer?.invoice_settings.default_payment_method;
  return state.paymentMethods.get(id ?? '');
}

export function methodOfInvoice(state: State, invoice: Invoice): PaymentMethod | undefined {
  const subscription = state.subscriptions.get(invoice.parent?.subscription_details?.subscription ?? '');
  return defaultMethod(state, subscription, state.customers.get(invoice.customer ?? ''));
}

export function lastFourOf(method: PaymentMethod): string | null {
  return method.card?.last4 ?? method.sepa_debit?.last4 ?? null;
}

export function judgeMethod(method: PaymentMethod, presence: 'present' | 'absent'): PaymentResult {
  return judgePayment(lastFourOf(method), presence);
}
