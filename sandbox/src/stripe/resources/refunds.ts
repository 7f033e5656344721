import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, isWithin, mergeMetadata, metadata, text, wholeNumber } from '../api/params.ts';
import { route } from '../api/route.ts';
import { createRefund } from '../billing/refund.ts';
import type { Charge } from '../objects.ts';
import { change } from '../operation.ts';
import type { State } from '../state.ts';

const createParams = z.strictObject({
  amount: wholeNumber.pipe(z.number().min(1)).optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

export const refundRoutes = [
  route('post', '/v1/refunds', createParams, (operation, params) =>
    createRefund(operation, chargeToRefund(operation.state, params), {
      amount: params.amount,
      metadata: mergeMetadata({}, params.metadata),
      reason: params.reason ?? null,
    }),
  ),

  route('get', '/v1/refunds/:id', z.strictObject({}), ({ state }, _params, id) => found(state.refunds, 'refund', id)),

  route('post', '/v1/refunds/:id', z.strictObject({ metadata }), (operation, { metadata: words }, id) => {
    const refund = found(operation.state.refunds, 'refund', id);
    change(operation, 'refund.updated', refund, { metadata: mergeMetadata(refund.metadata ?? {}, words) });
    return refund;
  }),

  route(
    'get',
    '/v1/refunds',
    paging.extend({ charge: text.optional(), created: createdRange.optional(), payment_intent: text.optional() }),
    ({ state }, { charge, created, payment_intent: intent, ...cursor }) =>
      page(
        '/v1/refunds',
        state.refunds,
        cursor,
        (refund) =>
          (charge === undefined || refund.charge === charge) &&
          (intent === undefined || refund.payment_intent === intent) &&
          isWithin(refund.created, created),
        { charge, payment_intent: intent },
      ),
  ),
];

function chargeToRefund(state: State, { charge, payment_intent: intentId }: z.output<typeof createParams>): Charge {
  if (charge) return found(state.charges, 'charge', charge, 'charge');
  if (!intentId)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.');
  const intent = found(state.paymentIntents, 'payment_intent', intentId, 'payment_intent');
  const latest = state.charges.get(intent.latest_charge ?? '');
  if (!latest) throw invalid(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
  return latest;
}
