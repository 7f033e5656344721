import { randomInt } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** Ids as long and as shaped as Stripe's, so that column widths and patterns meet the real thing. */
export const newId = {
  charge: () => `ch_3${randomText(23)}`,
  coupon: () => randomText(8),
  checkoutSession: () => `cs_test_${randomText(58)}`,
  customer: () => `cus_${randomText(14)}`,
  delivery: () => `del_${randomText(14)}`,
  event: () => `evt_1${randomText(23)}`,
  discount: () => `di_1${randomText(23)}`,
  invoice: () => `in_1${randomText(23)}`,
  invoiceItem: () => `ii_1${randomText(23)}`,
  invoiceLine: () => `il_1${randomText(23)}`,
  invoicePayment: () => `inpay_1${randomText(23)}`,
  lineItem: () => `li_1${randomText(23)}`,
  paymentIntent: () => `pi_3${randomText(23)}`,
  paymentMethod: () => `pm_1${randomText(23)}`,
  price: () => `price_1${randomText(23)}`,
  product: () => `prod_${randomText(14)}`,
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
