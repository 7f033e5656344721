import Stripe from 'stripe';
import type { BillingObject } from './state.ts';
import type { StripeCalls } from './stripe-calls.ts';
import { CALL_TIMEOUT_MS } from './stripe-client.ts';
import { understand } from './stripe-shapes.ts';

/** Everything a verified read of one subject found, each object in our own shape. */
export interface Snapshot {
  subjectId: string;
  /** The customer that the object standing in for a subject turned out to belong to; null for a customer or a guest. */
  ownerId: string | null;
  /** When the read began: what Stripe did before it is covered. */
  readAt: Date;
  objects: BillingObject[];
  /** Ids Stripe no longer has. */
  gone: string[];
}

export interface StripeReader {
  /**
   * The one coalesced read of a subject: customer, all subscriptions, recent invoices, its checkout session. `known` are the
   * ids we believe are still open, read one by one where the lists do not hold them.
   */
  readSubject(subjectId: string, known: readonly string[], signal: AbortSignal): Promise<Snapshot>;
}

/** A price as Stripe has it now: the only place amounts on pages come from. */
export interface PriceOnOffer {
  lookupKey: string;
  priceId: string;
  amountCents: number;
  currency: string;
  interval: string | null;
  intervalCount: number | null;
  productName: string | null;
}

export interface PriceReader {
  /** By lookup key; a key Stripe does not have is absent. Throws rather than tell an old price. */
  readPrices(lookupKeys: readonly string[]): Promise<ReadonlyMap<string, PriceOnOffer>>;
}

const PRICES_FRESH_MS = 60_000;
/** Stripe's limit for one list by lookup keys. */
const KEYS_A_CALL = 10;

export function createStripeReader(calls: StripeCalls, now: () => Date = () => new Date()): StripeReader & PriceReader {
  const prices = new Map<string, { readAt: number; price: PriceOnOffer | null }>();

  return {
    async readSubject(subjectId, known, signal) {
      const readAt = now();
      const found = new Map<string, BillingObject>();
      const gone: string[] = [];
      let ownerId: string | null = null;
      const keep = (kind: BillingObject['kind'], raw: { id?: string }): void => {
        const understood = understand(kind, raw);
        if (!understood.ok)
          throw new Error(`Stripe answered with a ${understood.reason}; ${raw.id} is left as it was.`);
        found.set(understood.object.id, understood.object);
      };

      if (subjectId.startsWith('cus_')) {
        const customer = await calls.call('customers', signal, (stripe) => stripe.customers.retrieve(subjectId));
        if (customer.deleted) gone.push(subjectId);
        else keep('customer', customer);
        for await (const subscription of listSubscriptions(subjectId, signal)) keep('subscription', subscription);
        const invoices = await calls.call('invoices', signal, (stripe) =>
          stripe.invoices.list({ customer: subjectId, limit: 20 }),
        );
        for (const invoice of invoices.data) keep('invoice', invoice);
      }
      const missing = [...new Set([subjectId, ...known])].filter((id) => !found.has(id) && !gone.includes(id));
      for (const id of missing) {
        const one = await readOne(id, signal);
        if (one === 'gone') gone.push(id);
        else if (one !== null) {
          keep(one.kind, one.raw);
          if (id === subjectId) ownerId = idOf(one.raw.customer);
        }
      }
      return { subjectId, ownerId, readAt, objects: [...found.values()], gone };
    },

    async readPrices(lookupKeys) {
      const fresh = now().getTime() - PRICES_FRESH_MS;
      const stale = [...new Set(lookupKeys)].filter((key) => (prices.get(key)?.readAt ?? 0) < fresh);
      for (let i = 0; i < stale.length; i += KEYS_A_CALL) await refreshPrices(stale.slice(i, i + KEYS_A_CALL));
      const known = lookupKeys.flatMap((key) => prices.get(key)?.price ?? []);
      return new Map(known.map((price) => [price.lookupKey, price]));
    },
  };

  async function* listSubscriptions(customer: string, signal: AbortSignal): AsyncGenerator<Stripe.Subscription> {
    const pages = calls.pages('subscriptions', signal, (stripe, cursor) =>
      stripe.subscriptions.list({ customer, status: 'all', limit: 100, ...cursor }),
    );
    for await (const page of pages) {
      for (const subscription of page) {
        if (subscription.items.has_more) subscription.items.data = await listItems(subscription.id, signal);
        yield subscription;
      }
    }
  }

  /** A subscription carries its first items only. */
  async function listItems(subscription: string, signal: AbortSignal): Promise<Stripe.SubscriptionItem[]> {
    const items: Stripe.SubscriptionItem[] = [];
    const pages = calls.pages('subscription_items', signal, (stripe, cursor) =>
      stripe.subscriptionItems.list({ subscription, limit: 100, ...cursor }),
    );
    for await (const page of pages) items.push(...page);
    return items;
  }

  async function readOne(
    id: string,
    signal: AbortSignal,
  ): Promise<{ kind: BillingObject['kind']; raw: Owned } | 'gone' | null> {
    try {
      if (id.startsWith('cs_')) {
        return {
          kind: 'checkout',
          raw: await calls.call('checkout', signal, (stripe) => stripe.checkout.sessions.retrieve(id)),
        };
      }
      if (id.startsWith('in_'))
        return { kind: 'invoice', raw: await calls.call('invoices', signal, (stripe) => stripe.invoices.retrieve(id)) };
      if (id.startsWith('sub_')) {
        return {
          kind: 'subscription',
          raw: await calls.call('subscriptions', signal, (stripe) => stripe.subscriptions.retrieve(id)),
        };
      }
      return null;
    } catch (error) {
      // Only for what we were told of and now is not there; a customer who is missing means another account's key.
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return 'gone';
      throw error;
    }
  }

  async function refreshPrices(lookupKeys: string[]): Promise<void> {
    const list = await calls.call('prices', AbortSignal.timeout(CALL_TIMEOUT_MS), (stripe) =>
      stripe.prices.list({ lookup_keys: lookupKeys, active: true, limit: 100, expand: ['data.product'] }),
    );
    const readAt = now().getTime();
    for (const key of lookupKeys) prices.set(key, { readAt, price: null });
    for (const { id, lookup_key: lookupKey, unit_amount: amountCents, currency, recurring, product } of list.data) {
      if (lookupKey === null || amountCents === null) continue;
      const productName = typeof product === 'object' && !product.deleted ? product.name : null;
      const { interval = null, interval_count: intervalCount = null } = recurring ?? {};
      const price = { lookupKey, priceId: id, amountCents, currency, interval, intervalCount, productName };
      prices.set(lookupKey, { readAt, price });
    }
  }
}

type Owned = Stripe.Checkout.Session | Stripe.Invoice | Stripe.Subscription;

function idOf(customer: Owned['customer']): string | null {
  return typeof customer === 'object' ? (customer?.id ?? null) : customer;
}
