import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { openSession, sessionParams } from '../billing/open-session.ts';
import type { CheckoutSession } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import { tableOf } from '../table.ts';

export const checkoutSessionRoutes = [
  route('post', '/v1/checkout/sessions', sessionParams, openSession),

  route('get', '/v1/checkout/sessions/:id', z.strictObject({}), ({ state }, _params, id) =>
    found(state.checkoutSessions, 'checkout.session', id),
  ),

  route(
    'get',
    '/v1/checkout/sessions',
    paging.extend({
      created: createdRange.optional(),
      customer: text.optional(),
      payment_intent: text.optional(),
      status: z.enum(['complete', 'expired', 'open']).optional(),
      subscription: text.optional(),
    }),
    ({ state }, { created, customer, payment_intent: intent, status, subscription, ...cursor }) =>
      page(
        '/v1/checkout/sessions',
        state.checkoutSessions,
        cursor,
        (session) =>
          (customer === undefined || session.customer === customer) &&
          (intent === undefined || session.payment_intent === intent) &&
          (status === undefined || session.status === status) &&
          (subscription === undefined || session.subscription === subscription) &&
          isWithin(session.created, created),
        { payment_intent: intent, subscription, customer },
      ),
  ),

  route('post', '/v1/checkout/sessions/:id/expire', z.strictObject({}), (operation, _params, id) => {
    const session = found(operation.state.checkoutSessions, 'checkout.session', id);
    if (session.status !== 'open') {
      throw invalid(`Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status}.`);
    }
    expireSession(operation, session);
    return session;
  }),

  route('get', '/v1/checkout/sessions/:id/line_items', paging, ({ state }, cursor, id) => {
    found(state.checkoutSessions, 'checkout.session', id);
    const items = state.checkoutPlans.get(id)?.lineItems ?? [];
    // Line items are listed in the order in which they were given, not newest first.
    return page(`/v1/checkout/sessions/${id}/line_items`, tableOf(items.toReversed()), cursor);
  }),
];

export function expireSession(operation: Operation, session: CheckoutSession): void {
  session.status = 'expired';
  session.url = null;
  emit(operation, 'checkout.session.expired', session);
}
