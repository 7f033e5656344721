import type Stripe from 'stripe';
import { ownerOf, type RawObject, readObject } from './read-object.ts';
import type { BillingObject, Checkout, Invoice } from './state.ts';
import type { StripeCalls } from './stripe-calls.ts';
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
   * The one coalesced read of a subject: customer, all subscriptions, recent invoices, and `known`, the ids we believe may
   * still change, read one by one where the lists do not hold them. Customers among `known` are read as whole as the subject:
   * several Stripe customers may be one buyer. `depth: 'whole'` also looks for money that went back unheard of.
   */
  readSubject(
    subjectId: string,
    known: readonly string[],
    signal: AbortSignal,
    options?: { depth?: 'usual' | 'whole' },
  ): Promise<Snapshot>;
}

const RECENT_INVOICES = 20;
const RECENT_CHARGES = 100;

export function createStripeReader(calls: StripeCalls, now: () => Date = () => new Date()): StripeReader {
  return {
    async readSubject(subjectId, known, signal, { depth = 'usual' } = {}) {
      const found = new Found(subjectId, now());
      const customers = [...new Set([subjectId, ...known])].filter((id) => id.startsWith('cus_'));
      for (const id of customers) await readCustomer(id, found, signal, depth);
      for (const id of [subjectId, ...known]) await readMissing(id, found, signal);
      for (const id of unsettledPayments(found)) await readMissing(id, found, signal);
      return found.snapshot();
    },
  };

  async function readCustomer(id: string, found: Found, signal: AbortSignal, depth: 'usual' | 'whole'): Promise<void> {
    const customer = await calls.call('customers', signal, (stripe) => stripe.customers.retrieve(id));
    if (customer.deleted) found.gone.add(id);
    else found.keep('customer', customer);
    for await (const subscription of listSubscriptions(id, signal)) found.keep('subscription', subscription);
    const invoices = await calls.call('invoices', signal, (stripe) =>
      stripe.invoices.list({ customer: id, limit: RECENT_INVOICES, expand: ['data.payments'] }),
    );
    for (const invoice of invoices.data) found.keep('invoice', invoice);
    if (depth === 'whole') await readCharges(id, found, signal);
  }

  /** What was refunded or disputed and nobody told us of is found through its charge. */
  async function readCharges(customer: string, found: Found, signal: AbortSignal): Promise<void> {
    const charges = await calls.call('charges', signal, (stripe) =>
      stripe.charges.list({ customer, limit: RECENT_CHARGES }),
    );
    for (const charge of charges.data.filter((it) => it.amount_refunded > 0 || it.disputed)) {
      found.keep('charge', charge);
      const refunds = await calls.call('refunds', signal, (stripe) =>
        stripe.refunds.list({ charge: charge.id, limit: 100 }),
      );
      for (const refund of refunds.data) found.keep('refund', refund);
      if (!charge.disputed) continue;
      const disputes = await calls.call('disputes', signal, (stripe) => stripe.disputes.list({ charge: charge.id }));
      for (const dispute of disputes.data) found.keep('dispute', dispute);
    }
  }

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

  async function readMissing(id: string, found: Found, signal: AbortSignal): Promise<void> {
    if (found.has(id)) return;
    const answer = await readObject(calls, id, signal);
    if (answer === 'gone') found.gone.add(id);
    if (answer === 'gone' || answer === 'unreadable') return;
    for (const { kind, raw } of answer) found.keep(kind, raw);
    const [main] = answer;
    if (id === found.subjectId && main) found.ownerId = await ownerOf(calls, main.raw, signal);
  }
}

/** What one read has found so far. */
class Found {
  readonly subjectId: string;
  readonly readAt: Date;
  readonly gone = new Set<string>();
  readonly objects = new Map<string, BillingObject>();
  ownerId: string | null = null;

  constructor(subjectId: string, readAt: Date) {
    this.subjectId = subjectId;
    this.readAt = readAt;
  }

  has(id: string): boolean {
    return this.objects.has(id) || this.gone.has(id);
  }

  keep(kind: BillingObject['kind'], raw: RawObject): void {
    const understood = understand(kind, raw);
    if (!understood.ok) throw new Error(`Stripe answered with a ${understood.reason}; ${raw.id} is left as it was.`);
    this.objects.set(understood.object.id, understood.object);
  }

  snapshot(): Snapshot {
    const { subjectId, ownerId, readAt, objects, gone } = this;
    return { subjectId, ownerId, readAt, objects: [...objects.values()], gone: [...gone] };
  }
}

/** Payments that say what became of an attempt, where the invoice or the order is still open. */
function unsettledPayments({ objects }: Found): string[] {
  const values = [...objects.values()];
  const invoices = values.filter((it): it is Invoice => it.kind === 'invoice');
  const checkouts = values.filter((it): it is Checkout => it.kind === 'checkout');
  return [
    ...invoices.flatMap((it) => (it.status === 'open' && it.attemptCount > 0 ? it.paymentIds : [])),
    ...checkouts.flatMap((it) =>
      it.status === 'complete' && it.paymentStatus === 'unpaid' && it.paymentId ? [it.paymentId] : [],
    ),
  ];
}
