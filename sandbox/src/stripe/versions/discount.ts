import { type Change, isHash, without } from './change.ts';

/** There was one discount, given whole; the list of all of them holds ids. */
export const singleDiscount: Change = {
  since: '2025-03-31.basil',
  undo: (object, facts) => {
    if (object.object !== 'invoice' && object.object !== 'subscription') return object;
    const [first] = Array.isArray(object.discounts) ? object.discounts : [];
    return { ...object, discount: isHash(first) ? first : (facts.find(String(first ?? '')) ?? null) };
  },
};

/** A discount held its coupon itself, and so did a promotion code. */
export const discountCoupon: Change = {
  since: '2025-09-30.clover',
  undo: (object, facts) => {
    const holder = object.object === 'discount' ? 'source' : object.object === 'promotion_code' ? 'promotion' : '';
    const held = object[holder];
    if (!isHash(held)) return object;
    const coupon = isHash(held.coupon) ? held.coupon : facts.find(String(held.coupon ?? ''));
    return { ...without(object, holder), coupon: coupon ?? null };
  },
};
