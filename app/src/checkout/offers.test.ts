import { defineConfig } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { findOffer, intervalsOf, offersAt, type Prices } from './offers';

const config = defineConfig({
  brand: {
    name: 'Tern',
    tagline: 'Tides, on time.',
    description: 'Tide tables.',
    supportEmail: 'help@tern.example',
    accent: { light: '#00f', dark: '#99f' },
  },
  plans: [
    {
      key: 'solo',
      name: 'Solo',
      description: '',
      prices: [
        { lookupKey: 'solo_monthly', interval: 'month', create: { amountCents: 900, currency: 'eur' } },
        { lookupKey: 'solo_yearly', interval: 'year', create: { amountCents: 9000, currency: 'eur' } },
      ],
    },
    {
      key: 'life',
      name: 'For life',
      description: '',
      prices: [{ lookupKey: 'life', interval: 'one_time', create: { amountCents: 30000, currency: 'eur' } }],
    },
  ],
});
const yearly = {
  lookupKey: 'solo_yearly',
  priceId: 'price_1',
  amountCents: 8400,
  currency: 'eur',
  interval: 'year',
  intervalCount: 1,
  productName: null,
};
const prices: Prices = new Map([[yearly.lookupKey, yearly]]);

test('an amount is what Stripe says, never what the config would create', () => {
  expect(offersAt(config, 'year', prices)[0]?.price?.amountCents).toBe(8400);
});

test('a plan whose price Stripe does not have is shown without one', () => {
  expect(offersAt(config, 'month', prices).map(({ lookupKey, price }) => [lookupKey, price])).toEqual([
    ['solo_monthly', null],
    ['life', null],
  ]);
});

test('only configured lookup keys are offers', () => {
  expect(findOffer(config, 'solo_yearly', prices)?.plan.key).toBe('solo');
  expect(findOffer(config, 'somebody_elses_price', prices)).toBeNull();
});

test('each interval is offered once', () => {
  expect(intervalsOf(config)).toEqual(['month', 'year', 'one_time']);
});
