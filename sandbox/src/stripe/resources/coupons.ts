import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { currency, flag, given, mergeMetadata, metadata, text, wholeNumber } from '../api/params.ts';
import { route } from '../api/route.ts';
import { newId } from '../ids.ts';
import type { Coupon, PromotionCode } from '../objects.ts';
import { change, emit } from '../operation.ts';

const nothing = z.strictObject({});

const couponParams = z.strictObject({
  amount_off: wholeNumber.pipe(z.number().min(1)).optional(),
  currency: currency.optional(),
  duration: z.enum(['forever', 'once', 'repeating']).default('once'),
  duration_in_months: wholeNumber.pipe(z.number().min(1)).optional(),
  id: text.optional(),
  max_redemptions: wholeNumber.optional(),
  metadata: metadata.optional(),
  name: text.optional(),
  percent_off: z.coerce.number().gt(0).max(100).optional(),
});

const codeParams = z.strictObject({
  code: text.optional(),
  metadata: metadata.optional(),
  promotion: z.strictObject({ coupon: text, type: z.literal('coupon') }),
});

export const couponRoutes = [
  route('post', '/v1/coupons', couponParams, (operation, params) => {
    const { id = newId.coupon(), metadata: words, ...rest } = params;
    if ((rest.percent_off === undefined) === (rest.amount_off === undefined)) {
      throw invalid('A coupon takes exactly one of percent_off and amount_off.', { param: 'percent_off' });
    }
    if (rest.amount_off !== undefined && rest.currency === undefined) {
      throw invalid('You must pass currency when passing amount_off.', { param: 'currency' });
    }
    if ((rest.duration === 'repeating') !== (rest.duration_in_months !== undefined)) {
      throw invalid('duration_in_months goes with duration=repeating, and only with it.', {
        param: 'duration_in_months',
      });
    }
    const coupon: Coupon = {
      id,
      object: 'coupon',
      amount_off: null,
      created: operation.at,
      currency: null,
      duration_in_months: null,
      livemode: false,
      max_redemptions: null,
      metadata: mergeMetadata({}, words),
      name: null,
      percent_off: null,
      redeem_by: null,
      times_redeemed: 0,
      valid: true,
      ...given(rest),
    };
    operation.state.coupons.set(id, coupon);
    emit(operation, 'coupon.created', coupon);
    return coupon;
  }),

  route('get', '/v1/coupons/:id', nothing, ({ state }, _params, id) => found(state.coupons, 'coupon', id)),

  route('delete', '/v1/coupons/:id', nothing, (operation, _params, id) => {
    const coupon = found(operation.state.coupons, 'coupon', id);
    // Who has it keeps it; nobody redeems it any more.
    coupon.valid = false;
    emit(operation, 'coupon.deleted', coupon);
    return { id, object: 'coupon', deleted: true };
  }),

  route('get', '/v1/coupons', paging, ({ state }, cursor) =>
    page('/v1/coupons', state.coupons, cursor, (coupon) => coupon.valid),
  ),

  route('post', '/v1/promotion_codes', codeParams, (operation, { code, metadata: words, promotion }) => {
    const { state, at } = operation;
    found(state.coupons, 'coupon', promotion.coupon, 'promotion[coupon]');
    const made: PromotionCode = {
      id: newId.promotionCode(),
      object: 'promotion_code',
      active: true,
      code: code ?? newId.coupon().toUpperCase(),
      created: at,
      customer: null,
      customer_account: null,
      expires_at: null,
      livemode: false,
      max_redemptions: null,
      metadata: mergeMetadata({}, words),
      promotion,
      restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
      times_redeemed: 0,
    };
    state.promotionCodes.set(made.id, made);
    emit(operation, 'promotion_code.created', made);
    return made;
  }),

  route('get', '/v1/promotion_codes/:id', nothing, ({ state }, _params, id) =>
    found(state.promotionCodes, 'promotion code', id),
  ),

  route('post', '/v1/promotion_codes/:id', z.strictObject({ active: flag }), (operation, { active }, id) => {
    const code = found(operation.state.promotionCodes, 'promotion code', id);
    change(operation, 'promotion_code.updated', code, { active });
    return code;
  }),

  route(
    'get',
    '/v1/promotion_codes',
    paging.extend({ active: flag.optional(), code: text.optional(), coupon: text.optional() }),
    ({ state }, { active, code, coupon, ...cursor }) =>
      page(
        '/v1/promotion_codes',
        state.promotionCodes,
        cursor,
        (row) =>
          (active === undefined || row.active === active) &&
          (code === undefined || row.code === code) &&
          (coupon === undefined || row.promotion.coupon === coupon),
      ),
  ),
];
