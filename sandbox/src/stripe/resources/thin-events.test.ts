import type Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import { buy, openShop, receive, stock, webhookSecret } from '../testing/shop.ts';

const waiting = { timeout: 10_000, interval: 10 };

describe('thin events', () => {
  it('arrive beside their twins, and lead the SDK to the event and to what it is about', async () => {
    const { stripe, control } = await openShop();
    const endpoint = await receive();
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await control('PUT', '/faults', { deliver: { twins: true } });
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(2), waiting);

    const signed = ({ body, headers }: (typeof endpoint.received)[0]) =>
      [body, String(headers['stripe-signature']), webhookSecret] as const;
    const thin = endpoint.received.find(({ type }) => type === 'v1.customer.created')!;
    const snapshot = endpoint.received.find(({ type }) => type === 'customer.created')!;
    const told = stripe.webhooks.constructEvent(...signed(snapshot));
    expect(() => stripe.webhooks.constructEvent(...signed(thin))).toThrow(/thin event notification/);
    const notification = stripe.parseEventNotification(...signed(thin));
    expect(notification).toMatchObject({
      object: 'v2.core.event',
      livemode: false,
      created: new Date(told.created * 1000).toISOString(),
      snapshot_event: told.id,
      reason: { type: 'request', request: { id: told.request?.id } },
      related_object: { id: customer.id, type: 'customer', url: `/v1/customers/${customer.id}` },
    });
    if (notification.type !== 'v1.customer.created') throw new Error(`It is a ${notification.type}.`);
    expect(await notification.fetchRelatedObject()).toMatchObject({ id: customer.id, email: 'ada@example.com' });
    expect((await notification.fetchEvent()).id).toBe(notification.id);
  });

  it('can be all there is', async () => {
    const { stripe, control } = await openShop();
    const endpoint = await receive();
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await control('PUT', '/faults', { deliver: { thin: 'only' } });
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: 'Ada' });
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(2), waiting);
    expect(endpoint.received.map(({ type }) => type).toSorted()).toEqual([
      'v1.customer.created',
      'v1.customer.updated',
    ]);
    await vi.waitFor(
      async () => expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]),
      waiting,
    );
  });

  it('say what changed, before and after', async () => {
    const { stripe } = await openShop();
    const { id } = await stripe.customers.create({ metadata: { plan: 'x' } });
    await stripe.customers.update(id, { name: 'Ada', metadata: { plan: 'y' } });
    const [updated] = (await stripe.v2.core.events.list({ types: ['v1.customer.updated'] })).data;
    expect(updated?.changes).toEqual({
      before: { name: null, metadata: { plan: 'x' } },
      after: { name: 'Ada', metadata: { plan: 'y' } },
    });
  });

  it('of a whole purchase each lead to an object that is there', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    await buy(stripe, monthly.id);
    const snapshots = (await stripe.events.list({ limit: 100 })).data;
    const thin: Stripe.V2.Core.Event[] = [];
    for await (const event of stripe.v2.core.events.list({ limit: 4 })) thin.push(event);
    expect(thin.map(({ type, snapshot_event: twin }) => [type, twin])).toEqual(
      snapshots.map(({ type, id }) => [`v1.${type}`, id]),
    );
    for (const event of thin) {
      if (!('fetchRelatedObject' in event)) throw new Error(`${event.type} leads nowhere.`);
      const { related_object: related } = event;
      expect(await event.fetchRelatedObject()).toMatchObject({ id: 'id' in related ? related.id : 'none' });
    }
  });

  it('are found by object, by time and by id, and not by an id of the other kind', async () => {
    let now = new Date('2026-11-22T12:00:00Z');
    const { stripe } = await openShop({ now: () => now });
    const first = await stripe.customers.create();
    now = new Date('2026-11-22T12:10:00Z');
    await stripe.customers.create();
    const of = async (params: Stripe.V2.Core.EventListParams) => (await stripe.v2.core.events.list(params)).data;
    expect(await of({ object_id: first.id })).toMatchObject([{ related_object: { id: first.id } }]);
    const [late, ...others] = await of({ created: { gte: now.getTime() / 1000 } });
    expect(others).toEqual([]);
    expect((await stripe.v2.core.events.retrieve(late!.id)).id).toBe(late!.id);
    await expect(stripe.v2.core.events.retrieve(late!.snapshot_event!)).rejects.toMatchObject({ statusCode: 404 });
    await expect(stripe.events.retrieve(late!.id)).rejects.toMatchObject({ statusCode: 404 });
  });
});
