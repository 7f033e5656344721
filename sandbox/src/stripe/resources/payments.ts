import * as z from 'zod';
import { found } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';

const nothing = z.strictObject({});

/** Payments are made by checkout and by invoices; here they are only read. */
export const paymentRoutes = [
  route('get', '/v1/payment_intents/:id', nothing, ({ state }, _params, id) =>
    found(state.paymentIntents, 'payment_intent', id),
  ),
  route(
    'get',
    '/v1/payment_intents',
    paging.extend({ customer: text.optional(), created: createdRange.optional() }),
    ({ state }, { customer, created, ...cursor }) =>
      page(
        '/v1/payment_intents',
        state.paymentIntents,
        cursor,
        (intent) => (customer === undefined || intent.customer === customer) && isWithin(intent.created, created),
        { customer },
      ),
  ),

  route('get', '/v1/charges/:id', nothing, ({ state }, _params, id) => found(state.charges, 'charge', id)),
  route(
    'get',
    '/v1/charges',
    paging.extend({
      customer: text.optional(),
      payment_intent: text.optional(),
      created: createdRange.optional(),
    }),
    ({ state }, { customer, payment_intent: intent, created, ...cursor }) =>
      page(
        '/v1/charges',
        state.charges,
        cursor,
        (charge) =>
          (customer === undefined || charge.customer === customer) &&
          (intent === undefined || charge.payment_intent === intent) &&
          isWithin(charge.created, created),
        { payment_intent: intent, customer },
      ),
  ),
];
