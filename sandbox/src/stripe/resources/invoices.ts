import * as z from 'zod';
import { found, StripeError } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, flag, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import {
  chargeInvoice,
  finalizeInvoice,
  markUncollectible,
  paymentOf,
  subscriptionIdOf,
  voidInvoice,
} from '../billing/invoice.ts';
import { previewInvoice } from '../billing/renew.ts';
import type { Invoice } from '../objects.ts';
import type { State } from '../state.ts';

const nothing = z.strictObject({});

const payParams = z.strictObject({ payment_method: text.optional(), off_session: flag.optional() });

const listParams = paging.extend({
  created: createdRange.optional(),
  customer: text.optional(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).optional(),
  subscription: text.optional(),
});

const paymentListParams = paging.extend({
  invoice: text.optional(),
  payment: z.strictObject({ type: z.literal('payment_intent'), payment_intent: text }).optional(),
  status: z.enum(['canceled', 'open', 'paid']).optional(),
});

export const invoiceRoutes = [
  route('get', '/v1/invoices/:id', nothing, ({ state }, _params, id) => found(state.invoices, 'invoice', id)),

  route('post', '/v1/invoices/:id/pay', payParams, (operation, { payment_method: named, off_session: absent }, id) => {
    const { state } = operation;
    const invoice = found(state.invoices, 'invoice', id);
    const method = named ? found(state.paymentMethods, 'PaymentMethod', named, 'payment_method') : undefined;
    if (invoice.status === 'draft') finalizeInvoice(operation, invoice);
    if (invoice.status !== 'paid' || invoice.amount_due > 0) {
      chargeInvoice(operation, invoice, absent ? 'absent' : 'present', method);
    }
    const refusal = refusalOf(state, invoice);
    if (refusal) operation.refusal = refusal;
    return invoice;
  }),

  route(
    'post',
    '/v1/invoices/:id/finalize',
    z.strictObject({ auto_advance: flag.optional() }),
    (operation, _params, id) => {
      const invoice = found(operation.state.invoices, 'invoice', id);
      finalizeInvoice(operation, invoice);
      return invoice;
    },
  ),

  route('post', '/v1/invoices/:id/void', nothing, (operation, _params, id) => {
    const invoice = found(operation.state.invoices, 'invoice', id);
    voidInvoice(operation, invoice);
    return invoice;
  }),

  route('post', '/v1/invoices/:id/mark_uncollectible', nothing, (operation, _params, id) => {
    const invoice = found(operation.state.invoices, 'invoice', id);
    markUncollectible(operation, invoice);
    return invoice;
  }),

  route(
    'post',
    '/v1/invoices/create_preview',
    z.strictObject({ customer: text.optional(), subscription: text }),
    (operation, { subscription }) =>
      previewInvoice(operation, found(operation.state.subscriptions, 'subscription', subscription, 'subscription')),
  ),

  route('get', '/v1/invoices', listParams, ({ state }, { created, customer, status, subscription, ...cursor }) =>
    page(
      '/v1/invoices',
      state.invoices,
      cursor,
      (invoice) =>
        (customer === undefined || invoice.customer === customer) &&
        (status === undefined || invoice.status === status) &&
        (subscription === undefined || subscriptionIdOf(invoice) === subscription) &&
        isWithin(invoice.created, created),
      { subscription, customer },
    ),
  ),

  route('get', '/v1/invoice_payments/:id', nothing, ({ state }, _params, id) =>
    found(state.invoicePayments, 'invoice_payment', id),
  ),

  route('get', '/v1/invoice_payments', paymentListParams, ({ state }, { invoice, payment, status, ...cursor }) =>
    page(
      '/v1/invoice_payments',
      state.invoicePayments,
      cursor,
      (row) =>
        (invoice === undefined || row.invoice === invoice) &&
        (payment === undefined || row.payment.payment_intent === payment.payment_intent) &&
        (status === undefined || row.status === status),
      { invoice, payment_intent: payment?.payment_intent },
    ),
  ),
];

/** Who pays an invoice over the API hears at once that the card was declined, or that its owner is asked. */
function refusalOf(state: State, invoice: Invoice): StripeError | undefined {
  const intent = paymentOf(state, invoice)?.intent;
  if (intent?.status === 'requires_action') {
    const words = 'This payment requires additional user action before it can be completed successfully.';
    return new StripeError(402, 'card_error', words, { code: 'invoice_payment_intent_requires_action' });
  }
  const error = intent?.status === 'requires_payment_method' ? intent.last_payment_error : null;
  if (!error) return undefined;
  return new StripeError(402, 'card_error', error.message ?? 'Your card was declined.', {
    code: error.code ?? 'card_declined',
    ...(error.decline_code && { decline_code: error.decline_code }),
  });
}
