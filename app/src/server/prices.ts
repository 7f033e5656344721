import 'server-only';
import type { Prices } from '@/checkout/prices';
import { services } from './services';

/** The prices for a page, or null when Stripe cannot be read. */
export async function pricesForPage(): Promise<Prices | null> {
  const { readPrices, log } = services();
  try {
    return await readPrices();
  } catch (error) {
    log.warn({ err: error }, 'prices could not be read from Stripe; the page says so');
    return null;
  }
}
