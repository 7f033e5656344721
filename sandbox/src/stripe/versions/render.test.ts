import { describe, expect, it } from 'vitest';
import { type ApiVersion, apiVersion, isBefore } from '../api-version.ts';
import type { Event } from '../objects.ts';
import { buy, openShop, secretKey, stock } from '../testing/shop.ts';
import type { Facts, Hash } from './change.ts';
import { eventInVersion, inVersion } from './render.ts';

const versions: ApiVersion[] = [
  '2022-11-15',
  '2023-10-16',
  '2024-06-20',
  '2024-12-18.acacia',
  '2025-03-31.basil',
  '2025-12-15.clover',
  apiVersion,
];

/** What a purchase leaves behind, as the API answers it. */
async function aPurchase() {
  const { stripe, standIn } = await openShop();
  const { product, monthly } = await stock(stripe);
  const { id: sessionId, subscription: subscriptionId } = await buy(stripe, monthly.id);
  const get = async (path: string): Promise<Hash> => {
    const response = await fetch(`${standIn.baseUrl}/v1/${path}`, {
      headers: { authorization: `Bearer ${secretKey}` },
    });
    return (await response.json()) as Hash;
  };
  const subscription = await get(`subscriptions/${String(subscriptionId)}`);
  const invoice = await get(`invoices/${String(subscription.latest_invoice)}?expand[]=payments`);
  const { payments, ...plainInvoice } = invoice;
  const [paid] = (payments as { data: { payment: { payment_intent: string } }[] }).data;
  const intent = await get(`payment_intents/${String(paid?.payment.payment_intent)}`);
  const objects = {
    subscription,
    invoice: plainInvoice as Hash,
    'payment intent': intent,
    charge: await get(`charges/${String(intent.latest_charge)}`),
    product: await get(`products/${product.id}`),
    price: await get(`prices/${monthly.id}`),
    session: await get(`checkout/sessions/${sessionId}`),
  };
  const byId = new Map(Object.values(objects).map((object) => [String(object.id), object]));
  const facts: Facts = {
    find: (id) => byId.get(id),
    intentOf: (id) => (id === invoice.id ? String(intent.id) : null),
    invoiceOf: (id) => (id === intent.id ? String(invoice.id) : null),
  };
  const { data: events } = (await get('events?limit=100')) as { data: Event[] };
  return { objects, facts, events };
}

type Subject = keyof Awaited<ReturnType<typeof aPurchase>>['objects'];

/** Before `since`, an object had `old` and not `today`; from then on it is the other way round. */
const table: { of: Subject; since: ApiVersion; old: string[]; today: string[] }[] = [
  {
    of: 'subscription',
    since: '2025-03-31.basil',
    old: ['current_period_start', 'current_period_end', 'plan.aggregate_usage', 'quantity', 'discount'],
    today: ['items.data.0.current_period_start', 'items.data.0.current_period_end'],
  },
  {
    of: 'invoice',
    since: '2025-03-31.basil',
    old: [
      'subscription',
      'subscription_details.metadata',
      'payment_intent',
      'charge',
      'paid',
      'paid_out_of_band',
      'quote',
      'tax',
      'total_tax_amounts',
      'discount',
      'lines.data.0.price.recurring.aggregate_usage',
      'lines.data.0.plan.interval',
      'lines.data.0.proration',
      'lines.data.0.type',
      'lines.data.0.subscription_item',
      'lines.data.0.tax_amounts',
    ],
    today: ['parent', 'total_taxes', 'lines.data.0.parent', 'lines.data.0.pricing', 'lines.data.0.taxes'],
  },
  { of: 'payment intent', since: '2025-03-31.basil', old: ['invoice'], today: [] },
  { of: 'charge', since: '2025-03-31.basil', old: ['invoice'], today: [] },
  { of: 'price', since: '2025-03-31.basil', old: ['recurring.aggregate_usage'], today: [] },
  { of: 'product', since: '2024-04-10', old: ['features'], today: ['marketing_features'] },
  { of: 'invoice', since: '2024-04-10', old: ['rendering_options'], today: [] },
];

const has = (object: Hash, path: string) => {
  let value: unknown = object;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !(key in value)) return false;
    value = Reflect.get(value, key);
  }
  return true;
};

describe('the shapes of older versions', () => {
  it('have the fields of their time and not those of another', async () => {
    const { objects, facts } = await aPurchase();
    for (const version of versions) {
      for (const { of, since, old, today } of table) {
        const shape = inVersion(objects[of], version, facts);
        const [there, gone] = isBefore(version, since) ? [old, today] : [today, old];
        const where = `${of} in ${version}`;
        for (const path of there) expect(has(shape, path), `${where} has ${path}`).toBe(true);
        for (const path of gone) expect(has(shape, path), `${where} has no ${path}`).toBe(false);
      }
    }
  });

  it('say in their own fields what today says elsewhere', async () => {
    const { objects, facts } = await aPurchase();
    const { subscription, invoice, charge, session } = objects;
    const [item] = (subscription.items as { data: Hash[] }).data;
    expect(inVersion(subscription, '2024-06-20', facts)).toMatchObject({
      current_period_end: item?.current_period_end,
      current_period_start: item?.current_period_start,
      plan: { amount: 2900, interval: 'month' },
      quantity: 1,
      items: { data: [{ price: { unit_amount: 2900 } }] },
    });
    expect(inVersion(invoice, '2023-10-16', facts)).toMatchObject({
      paid: true,
      subscription: subscription.id,
      payment_intent: objects['payment intent'].id,
      charge: charge.id,
      lines: {
        data: [
          { type: 'subscription', price: { id: objects.price.id }, subscription: subscription.id, proration: false },
        ],
      },
    });
    expect(inVersion(charge, '2022-11-15', facts).invoice).toBe(invoice.id);
    expect(inVersion(session, '2025-12-15.clover', facts).ui_mode).toBe('hosted');
  });

  it('are today’s in today’s version, and change nothing they were given', async () => {
    const { objects, facts } = await aPurchase();
    const before = structuredClone(objects);
    for (const object of Object.values(objects)) {
      expect(inVersion(object, apiVersion, facts)).toEqual(object);
      inVersion(object, '2022-11-15', facts);
    }
    expect(objects).toEqual(before);
  });

  it('give a waiting item its price, whole', () => {
    const price = { id: 'price_1', object: 'price', unit_amount: 1500, recurring: { interval: 'month' } };
    const item = {
      id: 'ii_1',
      object: 'invoiceitem',
      parent: { subscription_details: { subscription: 'sub_1', subscription_item: 'si_1' } },
      pricing: { price_details: { price: 'price_1', product: 'prod_1' }, unit_amount_decimal: '1500' },
      proration: true,
    };
    const facts: Facts = { find: () => price, intentOf: () => null, invoiceOf: () => null };
    expect(inVersion(item, '2025-03-31.basil', facts)).toEqual(item);
    expect(inVersion(item, '2024-06-20', facts)).toEqual({
      id: 'ii_1',
      object: 'invoiceitem',
      plan: expect.objectContaining({ id: 'price_1', object: 'plan', amount: 1500, interval: 'month' }),
      price: { ...price, recurring: { interval: 'month', aggregate_usage: null } },
      proration: true,
      subscription: 'sub_1',
      subscription_item: 'si_1',
      unit_amount: 1500,
      unit_amount_decimal: '1500',
    });
  });

  it('give a discount its coupon, as whole as it was then', () => {
    const coupon = { id: 'half', object: 'coupon', percent_off: 50 };
    const discount = { id: 'di_1', object: 'discount', source: { coupon: 'half', type: 'coupon' } };
    const find = (id: string) => ({ half: coupon, di_1: discount })[id];
    const facts: Facts = { find, intentOf: () => null, invoiceOf: () => null };
    expect(inVersion(discount, '2025-03-31.basil', facts)).toEqual({ id: 'di_1', object: 'discount', coupon });
    expect(inVersion(discount, '2025-09-30.clover', facts)).toEqual(discount);
    const invoice = { id: 'in_1', object: 'invoice', status: 'draft', discounts: ['di_1'] };
    expect(inVersion(invoice, '2024-06-20', facts).discount).toEqual({ id: 'di_1', object: 'discount', coupon });
  });
});

describe('an event in an older version', () => {
  it('tells what was before in the fields of its version', async () => {
    const { events, facts } = await aPurchase();
    const updated = events.find(({ type }) => type === 'invoice.updated')!;
    expect(updated.data.previous_attributes).toMatchObject({ status: 'open', amount_paid: 0 });
    const told = eventInVersion(updated, '2024-06-20', facts);
    expect(told).toMatchObject({ id: updated.id, api_version: '2024-06-20', created: updated.created });
    expect(told.data.previous_attributes).toMatchObject({ status: 'open', paid: false, charge: null });
    expect(eventInVersion(updated, apiVersion, facts)).toBe(updated);
  });

  it('says of a renewal that the subscription’s own period was another', () => {
    const period = (start: number) => ({
      object: 'list',
      data: [{ id: 'si_1', object: 'subscription_item', current_period_start: start, current_period_end: start + 30 }],
    });
    const event = {
      api_version: apiVersion,
      data: {
        object: { id: 'sub_1', object: 'subscription', latest_invoice: 'in_2', items: period(130) },
        previous_attributes: { latest_invoice: 'in_1', items: period(100) },
      },
    } as unknown as Event;
    const facts: Facts = { find: () => undefined, intentOf: () => null, invoiceOf: () => null };
    expect(eventInVersion(event, '2024-06-20', facts).data.previous_attributes).toEqual({
      current_period_end: 130,
      current_period_start: 100,
      latest_invoice: 'in_1',
    });
  });
});
