import { randomFillSync } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes are drawn many at a time; those that fall outside the alphabet are passed over. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    text += alphabet.charAt((pool[used] ?? 0) & 63);
    used += 1;
  }
  return text;
}

/** Ids as long and as shaped as Stripe's, so that column widths and patterns meet the real thing. */
export const newId = {
  balanceTransaction: () => `txn_1${randomText(23)}`,
  charge: () => `ch_3${randomText(23)}`,
  coupon: () => randomText(8),
  checkoutSession: () => `cs_test_${randomText(58)}`,
  customer: () => `cus_${randomText(14)}`,
  delivery: () => `del_${randomText(14)}`,
  dispute: () => `du_1${randomText(23)}`,
  earlyFraudWarning: () => `issfr_1${randomText(23)}`,
  entitlement: () => `ent_test_${randomText(24)}`,
  event: () => `evt_1${randomText(23)}`,
  discount: () => `di_1${randomText(23)}`,
  feature: () => `feat_test_${randomText(24)}`,
  invoice: () => `in_1${randomText(23)}`,
  invoiceItem: () => `ii_1${randomText(23)}`,
  invoiceLine: () => `il_1${randomText(23)}`,
  invoicePayment: () => `inpay_1${randomText(23)}`,
  lineItem: () => `li_1${randomText(23)}`,
  paymentIntent: () => `pi_3${randomText(23)}`,
  paymentMethod: () => `pm_1${randomText(23)}`,
  portalConfiguration: () => `bpc_1${randomText(23)}`,
  portalSession: () => `bps_1${randomText(23)}`,
  price: () => `price_1${randomText(23)}`,
  product: () => `prod_${randomText(14)}`,
  productFeature: () => `prodft_test_${randomText(24)}`,
  promotionCode: () => `promo_1${randomText(23)}`,
  refund: () => `re_3${randomText(23)}`,
  request: () => `req_${randomText(14)}`,
  secret: () => `whsec_${randomText(32)}`,
  subscription: () => `sub_1${randomText(23)}`,
  subscriptionItem: () => `si_${randomText(14)}`,
  webhookEndpoint: () => `we_1${randomText(23)}`,
};

export function clientSecret(id: string): string {
  return `${id}_secret_${randomText(25)}`;
}

export function invoicePrefix(): string {
  return randomText(8).toUpperCase();
}
