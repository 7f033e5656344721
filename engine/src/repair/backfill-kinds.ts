import type Stripe from 'stripe';
import type { BillingObject } from '../billing/state.ts';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import { pagesBehind } from './pages.ts';

/** One of Stripe's objects as a list gives it, and the customer it belongs to. */
export interface Listed {
  id: string;
  ownerId: string | null;
  raw: unknown;
}

/** What an account is taken over by: each kind is one list of Stripe's, whole, newest first. */
export interface BackfillKind {
  kind: BillingObject['kind'];
  pages(calls: StripeCalls, after: string | null, signal: AbortSignal): AsyncGenerator<Listed[]>;
}

export const backfillKinds: readonly BackfillKind[] = [
  listOf<Stripe.Customer>('customer', {
    endpoint: 'customers',
    list: (stripe, cursor) => stripe.customers.list({ limit: 100, ...cursor }),
    ownerOf: (customer) => customer.id,
  }),
  listOf<Stripe.Subscription>('subscription', {
    endpoint: 'subscriptions',
    // Stripe's default leaves out what has ended, and who has ended is a customer too.
    list: (stripe, cursor) => stripe.subscriptions.list({ status: 'all', limit: 100, ...cursor }),
    ownerOf: ({ customer }) => idOf(customer),
    complete: withAllItems,
  }),
  listOf<Stripe.Invoice>('invoice', {
    endpoint: 'invoices',
    list: (stripe, cursor) => stripe.invoices.list({ limit: 100, expand: ['data.payments'], ...cursor }),
    ownerOf: ({ customer }) => idOf(customer),
  }),
  // What was bought once and for good has no subscription that tells of it.
  listOf<Stripe.Checkout.Session>('checkout', {
    endpoint: 'checkout',
    list: (stripe, cursor) =>
      stripe.checkout.sessions.list({ status: 'complete', limit: 100, expand: ['data.line_items'], ...cursor }),
    ownerOf: ({ customer, id }) => idOf(customer) ?? id,
  }),
  listOf<Stripe.Refund>('refund', {
    endpoint: 'refunds',
    list: (stripe, cursor) => stripe.refunds.list({ limit: 100, expand: ['data.charge'], ...cursor }),
    ownerOf: ({ charge }) => ownerOfCharge(charge),
  }),
  listOf<Stripe.Dispute>('dispute', {
    endpoint: 'disputes',
    list: (stripe, cursor) => stripe.disputes.list({ limit: 100, expand: ['data.charge'], ...cursor }),
    ownerOf: ({ charge }) => ownerOfCharge(charge),
  }),
];

interface ListOf<T> {
  endpoint: string;
  list(stripe: Stripe, cursor: { starting_after?: string }): Promise<{ data: T[]; has_more: boolean }>;
  ownerOf(object: T): string | null;
  /** What the list left out of an object. */
  complete?(object: T, calls: StripeCalls, signal: AbortSignal): Promise<void>;
}

function listOf<T extends { id: string }>(kind: BackfillKind['kind'], source: ListOf<T>): BackfillKind {
  const { endpoint, list, ownerOf, complete } = source;
  return {
    kind,
    async *pages(calls, after, signal) {
      for await (const page of pagesBehind(calls, endpoint, { list, after, signal })) {
        for (const object of page) await complete?.(object, calls, signal);
        yield page.map((object) => ({ id: object.id, ownerId: ownerOf(object), raw: object }));
      }
    },
  };
}

/** A subscription carries its first items only. */
async function withAllItems(subscription: Stripe.Subscription, calls: StripeCalls, signal: AbortSignal): Promise<void> {
  if (!subscription.items.has_more) return;
  const items: Stripe.SubscriptionItem[] = [];
  const pages = calls.pages('subscription_items', signal, (stripe, cursor) =>
    stripe.subscriptionItems.list({ subscription: subscription.id, limit: 100, ...cursor }),
  );
  for await (const page of pages) items.push(...page);
  subscription.items.data = items;
}

/** A refund or dispute of a guest's payment is found when it is read, through the session it was paid in. */
function ownerOfCharge(charge: string | Stripe.Charge | null): string | null {
  return typeof charge === 'object' && charge !== null ? idOf(charge.customer) : null;
}

function idOf(customer: Stripe.Subscription['customer'] | Stripe.Invoice['customer']): string | null {
  return typeof customer === 'object' ? (customer?.id ?? null) : customer;
}
