import { expect, test } from 'vitest';
import { formatMoney } from '../../observe/money.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aPrice,
  aSubscription,
} from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';
import { aRefund } from '../../testing/payment-objects.ts';

const policy = aPolicy({ plans: [aPlan('team')] });

test.each([
  ['jpy', 500, '¥500'],
  ['krw', 9900, '₩9,900'],
  ['kwd', 1500, 'KWD 1.500'],
  ['usd', 4950, '$49.50'],
])('BS16: %s is counted in its own smallest unit from the first payload to the screen', (currency, amount, shown) => {
  const life = aLife({ policy });
  const items = aSubscription({ unitAmount: amount }).items as { data: Record<string, unknown>[] };
  const data = items.data.map((item) => ({ ...item, price: aPrice({ currency, unit_amount: amount }) }));
  life.told(
    onDay(0),
    ['customer.created', aCustomer({ currency })],
    ['customer.subscription.created', aSubscription({ currency, items: { ...items, data } })],
    ['invoice.paid', anInvoice({ currency, amountCents: amount, payment_intent: 'pi_1' })],
    ['checkout.session.completed', aCheckoutSession({ currency, amount_total: amount })],
  );
  const money = { amountCents: amount, currency };
  expect(life.payloadOf('welcome:sub_1@email')).toMatchObject({ paid: money });
  life.told(onDay(1), ['refund.created', aRefund({ currency, amountCents: amount })]);
  expect(life.payloadOf('refunded:re_1@email')).toMatchObject({ refunded: money });
  life.told(onDay(30), ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_2', currency, amountCents: amount })]);
  expect(life.payloadOf('payment_failed:in_2:1@email')).toMatchObject({ due: money });
  expect(formatMoney(amount, currency).replaceAll('\u00a0', ' ')).toBe(shown);
});
