import 'server-only';
import type { Prices } from '@/checkout/offers';
import { founder } from './founder';
import { services } from './services';

const lookupKeys = founder.plans.flatMap((plan) => plan.prices.map((price) => price.lookupKey));

/** The prices for a page, or null when Stripe cannot be read. */
export async function pricesForPage(): Promise<Prices | null> {
  const { seller, log } = services();
  if (seller === null) return null;
  try {
    return await seller.readPrices(lookupKeys);
  } catch (error) {
    log.warn({ err: error }, 'prices could not be read from Stripe; the page says so');
    return null;
  }
}
