import { createStripeClient, type OnpaidConfig } from '@onpaid/engine';
import { createPrices, planPrices, readPrices } from '../going-real/prices.ts';

/** Creates the configured plans' products and prices where their lookup keys are missing; amounts that exist are never changed. */
export async function createMissingPrices(
  config: OnpaidConfig,
  stripe: { secretKey: string; apiBase: string },
): Promise<void> {
  const client = createStripeClient(stripe);
  const existing = await readPrices(client, config);
  await createPrices(client, config, planPrices(config, existing), existing);
}
