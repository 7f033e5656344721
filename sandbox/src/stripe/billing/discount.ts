import { newId } from '../ids.ts';
import type { Coupon, Discount } from '../objects.ts';
import type { Operation } from '../operation.ts';
import type { State } from '../state.ts';

type Source = { coupon: string; promotionCode: string | null };
type Owner = { customer: string | null; subscription?: string; invoice?: string; checkoutSession?: string };

/** Redeems a coupon: from now on, and for as long as it lasts, its owner pays less. */
export function createDiscount(operation: Operation, source: Source, owner: Owner): Discount {
  const { state, at } = operation;
  const coupon = state.coupons.get(source.coupon);
  if (coupon) coupon.times_redeemed += 1;
  const months = coupon?.duration === 'repeating' ? (coupon.duration_in_months ?? 1) : undefined;
  const discount: Discount = {
    id: newId.discount(),
    object: 'discount',
    checkout_session: owner.checkoutSession ?? null,
    customer: owner.customer,
    customer_account: null,
    end: months === undefined ? null : monthsLater(at, months),
    invoice: owner.invoice ?? null,
    invoice_item: null,
    promotion_code: source.promotionCode,
    source: { coupon: source.coupon, type: 'coupon' },
    start: at,
    subscription: owner.subscription ?? null,
    subscription_item: null,
  };
  state.discounts.set(discount.id, discount);
  return discount;
}

export function couponOf(state: State, discount: Discount): Coupon | undefined {
  return state.coupons.get(discount.source.coupon ?? '');
}

/** What each line costs less by this coupon: a share of each, or its sum spread over them. */
export function discountLines(amounts: readonly number[], coupon: Coupon): number[] {
  if (coupon.percent_off !== null) {
    const share = coupon.percent_off / 100;
    return amounts.map((amount) => Math.round(Math.max(0, amount) * share));
  }
  const total = amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0);
  let left = Math.min(coupon.amount_off ?? 0, total);
  let rest = total;
  return amounts.map((amount) => {
    const off = rest === 0 ? 0 : Math.round((left * Math.max(0, amount)) / rest);
    rest -= Math.max(0, amount);
    left -= off;
    return off;
  });
}

function monthsLater(at: number, months: number): number {
  const end = new Date(at * 1000);
  end.setUTCMonth(end.getUTCMonth() + months);
  return end.getTime() / 1000;
}
