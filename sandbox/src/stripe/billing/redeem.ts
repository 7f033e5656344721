import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { text } from '../api/params.ts';
import type { State } from '../state.ts';

const oneDiscount = z.strictObject({ coupon: text.optional(), promotion_code: text.optional() });

/** An empty text takes all discounts away. */
export const discountParams = z.union([z.literal('').transform(() => []), z.array(oneDiscount).max(20)]);

/** The coupons that are asked for, each still good. */
export function discountSources(
  state: State,
  asked: z.output<typeof discountParams>,
): { coupon: string; promotionCode: string | null }[] {
  return asked.map((one, index) => {
    const code = one.promotion_code
      ? found(state.promotionCodes, 'promotion code', one.promotion_code, `discounts[${index}][promotion_code]`)
      : undefined;
    if (code && !code.active)
      throw invalid('This promotion code is inactive.', { param: `discounts[${index}][promotion_code]` });
    const id = code?.promotion.coupon ?? one.coupon ?? '';
    const coupon = found(state.coupons, 'coupon', id, `discounts[${index}][coupon]`);
    const used = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
    if (!coupon.valid || used) throw invalid(`Coupon ${coupon.id} is used up.`, { code: 'coupon_expired' });
    return { coupon: coupon.id, promotionCode: code?.id ?? null };
  });
}
