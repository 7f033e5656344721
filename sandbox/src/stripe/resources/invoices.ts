import * as z from 'zod';
import { found } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { subscriptionIdOf, tryInvoice } from '../billing/invoice.ts';

const nothing = z.strictObject({});

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

  route('post', '/v1/invoices/:id/pay', nothing, (operation, _params, id) => {
    const invoice = found(operation.state.invoices, 'invoice', id);
    tryInvoice(operation, invoice, 'paid');
    return invoice;
  }),

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
    ),
  ),
];
