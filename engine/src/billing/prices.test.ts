import { expect, test } from 'vitest';
import { aPrice } from '../testing/index.ts';
import { aListOf, aStripeApi, callsTo } from '../testing/stripe-api.ts';
import { createPriceReader } from './prices.ts';

test('prices are read by lookup key, kept for a minute, and never told when they cannot be read', async () => {
  let isDown = false;
  let clock = new Date('2026-11-02T10:00:00Z');
  const product = { id: 'prod_team', object: 'product', name: 'Team' };
  const { apiBase, asked } = await aStripeApi(() =>
    isDown ? { status: 500, body: { error: { type: 'api_error', message: 'Down' } } } : aListOf([aPrice({ product })]),
  );
  const reader = createPriceReader(callsTo(apiBase), () => clock);
  const prices = await reader.readPrices(['team_monthly', 'unknown']);
  expect([...prices.values()]).toEqual([
    {
      lookupKey: 'team_monthly',
      priceId: 'price_team_monthly',
      amountCents: 4900,
      currency: 'usd',
      interval: 'month',
      intervalCount: 1,
      productName: 'Team',
    },
  ]);
  isDown = true;
  await reader.readPrices(['team_monthly']);
  expect(asked).toHaveLength(1);
  clock = new Date(clock.getTime() + 61_000);
  await expect(reader.readPrices(['team_monthly'])).rejects.toThrow('Down');
});
