import type { OnpaidConfig } from '../config.ts';
import type { Database } from '../db/database.ts';
import { accountsOf } from '../observe/accounts-store.ts';
import { openIntentOf, saveSession } from './intent-store.ts';
import type { Seller } from './seller.ts';

export interface CheckoutContext {
  db: Database;
  seller: Seller;
  config: OnpaidConfig;
  baseUrl: string;
  now(): Date;
}

export type CheckoutStart =
  | { kind: 'pay'; intentId: string; url: string }
  | { kind: 'already_subscribed' }
  | { kind: 'not_for_sale' };

// Past due counts as well: who has a payment to fix is never offered a second subscription.
const live = new Set([
  'processing',
  'active',
  'trialing',
  'past_due',
  'payment_action_required',
  'paused',
  'canceling',
  'disputed',
]);

/**
 * Opens Stripe's page for one person and one configured price. The customer is made before the session, so that the first
 * event already names them; each call carries the intent's own idempotency key, so that nothing is made twice.
 */
export async function startCheckout(
  context: CheckoutContext,
  request: { email: string; lookupKey: string },
): Promise<CheckoutStart> {
  const { db, seller, config, baseUrl } = context;
  const { email, lookupKey } = request;
  const plan = config.plans.find((candidate) => candidate.prices.some((price) => price.lookupKey === lookupKey));
  if (!plan) return { kind: 'not_for_sale' };
  const known = await accountsOf(db, email);
  if (known.some(({ billing }) => live.has(billing))) return { kind: 'already_subscribed' };
  const price = (await seller.readPrices([lookupKey])).get(lookupKey);
  if (!price) return { kind: 'not_for_sale' };

  const intent = await openIntentOf(db, { email, plan: plan.key, lookupKey }, context.now());
  if (intent.sessionUrl !== null) return { kind: 'pay', intentId: intent.id, url: intent.sessionUrl };

  const { stripe } = seller;
  // The plan is what a one-time payment gives for good; its session is all that tells of it.
  const metadata = { onpaid_intent: intent.id, onpaid_plan: plan.key };
  const customer = await stripe.customers.create({ email, metadata }, { idempotencyKey: `${intent.id}:customer` });
  const isSubscription = price.interval !== null;
  const session = await stripe.checkout.sessions.create(
    {
      mode: isSubscription ? 'subscription' : 'payment',
      customer: customer.id,
      line_items: [{ price: price.priceId, quantity: 1 }],
      client_reference_id: intent.id,
      metadata,
      // A session's metadata is not copied to what it makes.
      ...(isSubscription ? { subscription_data: { metadata } } : { payment_intent_data: { metadata } }),
      success_url: `${baseUrl}/checkout/return`,
      cancel_url: `${baseUrl}/checkout/canceled`,
    },
    { idempotencyKey: `${intent.id}:session` },
  );
  if (session.url === null) {
    throw new Error(`Stripe made checkout session ${session.id} without a page to pay on; it is ${session.status}.`);
  }
  await saveSession(db, intent.id, {
    customerId: customer.id,
    id: session.id,
    url: session.url,
    expiresAt: new Date(session.expires_at * 1_000),
  });
  return { kind: 'pay', intentId: intent.id, url: session.url };
}
