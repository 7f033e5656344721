import * as z from 'zod';
import { found, invalid, StripeError } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { mergeMetadata, metadata, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { attachPaymentMethod, createPaymentMethod, judgeMethod } from '../billing/payment-method.ts';
import { declines, lastFourOfToken } from '../billing/test-methods.ts';
import type { PaymentMethod } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';

const nothing = z.strictObject({});
const type = z.enum(['card', 'sepa_debit']);

const createParams = z.strictObject({
  type,
  card: z.strictObject({ token: text }).optional(),
  metadata: metadata.optional(),
});

/** Test methods are named by Stripe's own tokens; a number is refused, since nothing here may ever hold one. */
export const paymentMethodRoutes = [
  route('post', '/v1/payment_methods', createParams, (operation, params) => {
    const token =
      params.type === 'sepa_debit' ? 'pm_sepaDebit' : (params.card?.token ?? '').replace(/^tok_/, 'pm_card_');
    const method = fromToken(operation, token);
    if (!method)
      throw invalid(`No such token: '${params.card?.token}'`, { code: 'resource_missing', param: 'card[token]' });
    method.metadata = mergeMetadata({}, params.metadata);
    return method;
  }),

  route('get', '/v1/payment_methods/:id', nothing, ({ state }, _params, id) =>
    found(state.paymentMethods, 'PaymentMethod', id),
  ),

  route('post', '/v1/payment_methods/:id/attach', z.strictObject({ customer: text }), (operation, params, id) => {
    const customer = found(operation.state.customers, 'customer', params.customer, 'customer');
    const method = fromToken(operation, id) ?? found(operation.state.paymentMethods, 'PaymentMethod', id);
    if (method.customer) throw invalid('The payment method you provided has already been attached to a customer.');
    refuseDeclined(method);
    attachPaymentMethod(operation, method, customer);
    return method;
  }),

  route('post', '/v1/payment_methods/:id/detach', nothing, (operation, _params, id) => {
    const { state } = operation;
    const method = found(state.paymentMethods, 'PaymentMethod', id);
    const customer = state.customers.get(method.customer ?? '');
    if (!customer)
      throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
    method.customer = null;
    emit(operation, 'payment_method.detached', method, { customer: customer.id });
    if (customer.invoice_settings.default_payment_method === id) {
      const settings = { ...customer.invoice_settings, default_payment_method: null };
      change(operation, 'customer.updated', customer, { invoice_settings: settings });
    }
    for (const subscription of state.subscriptions.of('customer', customer.id)) {
      if (subscription.default_payment_method !== id || subscription.status === 'canceled') continue;
      change(operation, 'customer.subscription.updated', subscription, { default_payment_method: null });
    }
    return method;
  }),

  route(
    'get',
    '/v1/payment_methods',
    paging.extend({ customer: text.optional(), type: type.optional() }),
    ({ state }, { customer, type: kind, ...cursor }) =>
      page('/v1/payment_methods', state.paymentMethods, cursor, keeps(customer, kind), { customer }),
  ),

  route(
    'get',
    '/v1/customers/:id/payment_methods',
    paging.extend({ type: type.optional() }),
    ({ state }, { type: kind, ...cursor }, id) => {
      found(state.customers, 'customer', id);
      const url = `/v1/customers/${id}/payment_methods`;
      return page(url, state.paymentMethods, cursor, keeps(id, kind), { customer: id });
    },
  ),
];

function keeps(customer: string | undefined, kind: z.output<typeof type> | undefined) {
  return (method: PaymentMethod) =>
    (customer === undefined || method.customer === customer) && (kind === undefined || method.type === kind);
}

function fromToken(operation: Operation, token: string): PaymentMethod | undefined {
  const lastFour = lastFourOfToken(token);
  return lastFour && createPaymentMethod(operation, lastFour);
}

/** A card is asked when it is attached, and one that is always declined says so then. */
function refuseDeclined(method: PaymentMethod): void {
  const result = judgeMethod(method, 'present');
  if (result.kind !== 'declined') return;
  const { code, message } = declines[result.decline];
  throw new StripeError(402, 'card_error', message, { code, decline_code: result.decline });
}
