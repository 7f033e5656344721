import { z } from 'zod';

/**
 * What we believe of one subject: Stripe's objects in our own shape, whatever API version they came in. Each is one
 * document with its children, replaced whole. Stored as billing_object rows; times are Dates in memory, ISO text in the row.
 */

const time = z.coerce.date();
const maybeTime = time.nullable();

export const customerSchema = z.object({
  kind: z.literal('customer'),
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  /** The customer's first preferred locale, if Stripe knows one. */
  locale: z.string().nullable(),
  createdAt: time,
});

export const subscriptionStatuses = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const;

export const subscriptionItemSchema = z.object({
  id: z.string(),
  priceId: z.string(),
  lookupKey: z.string().nullable(),
  productId: z.string(),
  quantity: z.number().int(),
  unitAmount: z.number().int().nullable(),
  currency: z.string(),
  interval: z.enum(['day', 'week', 'month', 'year']).nullable(),
  intervalCount: z.number().int().nullable(),
  currentPeriodStart: maybeTime,
  currentPeriodEnd: maybeTime,
});

export const subscriptionSchema = z.object({
  kind: z.literal('subscription'),
  id: z.string(),
  status: z.enum(subscriptionStatuses),
  items: z.array(subscriptionItemSchema),
  cancelAtPeriodEnd: z.boolean(),
  cancelAt: maybeTime,
  canceledAt: maybeTime,
  endedAt: maybeTime,
  trialEnd: maybeTime,
  /** When it turned past due, by Stripe's clock of the event that said so; null when it is not past due. */
  pastDueSince: maybeTime,
  /** What pastDueSince is read from, whatever order events came in: each second we were told it is past due, since the last that it is not. */
  sightings: z.object({ pastDue: z.array(time), otherwise: maybeTime }),
  collectionPaused: z.boolean(),
  latestInvoiceId: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  createdAt: time,
});

export const invoiceSchema = z.object({
  kind: z.literal('invoice'),
  id: z.string(),
  number: z.string().nullable(),
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']),
  subscriptionId: z.string().nullable(),
  billingReason: z.string().nullable(),
  amountDueCents: z.number().int(),
  amountPaidCents: z.number().int(),
  currency: z.string(),
  attemptCount: z.number().int(),
  /** The highest attempt we were told has failed; 0 when none has. */
  failedAttempt: z.number().int(),
  /** The second of the event that told of it; a read tells of no attempt. */
  failedAt: maybeTime,
  failureCode: z.string().nullable(),
  nextPaymentAttempt: maybeTime,
  hostedInvoiceUrl: z.string().nullable(),
  invoicePdf: z.string().nullable(),
  customerEmail: z.string().nullable(),
  customerName: z.string().nullable(),
  paidAt: maybeTime,
  createdAt: time,
});

export const checkoutSchema = z.object({
  kind: z.literal('checkout'),
  id: z.string(),
  mode: z.enum(['payment', 'setup', 'subscription']),
  status: z.enum(['open', 'complete', 'expired']),
  paymentStatus: z.enum(['paid', 'unpaid', 'no_payment_required']),
  customerId: z.string().nullable(),
  subscriptionId: z.string().nullable(),
  invoiceId: z.string().nullable(),
  intentId: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  amountTotalCents: z.number().int().nullable(),
  currency: z.string().nullable(),
  /** Which of our plans a one-time payment buys, as its metadata says; null when it says nothing. */
  planKey: z.string().nullable(),
  createdAt: time,
});

export const billingObjectSchema = z.discriminatedUnion('kind', [
  customerSchema,
  subscriptionSchema,
  invoiceSchema,
  checkoutSchema,
]);

export type StripeCustomer = z.infer<typeof customerSchema>;
export type SubscriptionItem = z.infer<typeof subscriptionItemSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;
export type Invoice = z.infer<typeof invoiceSchema>;
export type Checkout = z.infer<typeof checkoutSchema>;
export type BillingObject = z.infer<typeof billingObjectSchema>;

/** Which of two events about one object is newer: Stripe's whole second first, then how far along its life it is. */
export interface Stamp {
  occurredAt: Date;
  rank: number;
}

export interface Held<T extends BillingObject = BillingObject> {
  value: T;
  stamp: Stamp;
  confidence: 'provisional' | 'verified';
  /** A tombstone: Stripe deleted the object; nothing but a verified read brings it back. */
  deleted: boolean;
}

export interface BillingState {
  subjectId: string;
  /** By Stripe object id. */
  objects: Readonly<Record<string, Held>>;
  /** Counts what can happen again to one object, e.g. `{ 'cancel_scheduled:sub_1': 2 }`. */
  episodes: Readonly<Record<string, number>>;
}

export function emptyState(subjectId: string): BillingState {
  return { subjectId, objects: {}, episodes: {} };
}

/** The live (not deleted) objects of one kind. */
export function objectsOf<K extends BillingObject['kind']>(
  state: BillingState,
  kind: K,
): Extract<BillingObject, { kind: K }>[] {
  return Object.values(state.objects)
    .filter((held) => !held.deleted && held.value.kind === kind)
    .map((held) => held.value as Extract<BillingObject, { kind: K }>);
}
