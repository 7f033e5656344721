import { z } from 'zod';

/**
 * What we believe of one subject: Stripe's objects in our own shape, whatever API version they came in. Each is one
 * document with its children, replaced whole. Stored as billing_object rows; times are Dates in memory, ISO text in the row.
 */

const time = z.coerce.date();
const maybeTime = time.nullable();
/** Whom Stripe names on the object. Absent in rows of an older version. */
const owner = z.string().nullable().default(null);
const ids = z.array(z.string()).default([]);

export const customerSchema = z.object({
  kind: z.literal('customer'),
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  /** The customer's first preferred locale, if Stripe knows one. */
  locale: z.string().nullable(),
  defaultPaymentMethodId: z.string().nullable().default(null),
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
  customerId: owner,
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
  collectionResumesAt: maybeTime.default(null),
  defaultPaymentMethodId: z.string().nullable().default(null),
  latestInvoiceId: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  createdAt: time,
});

export const invoiceSchema = z.object({
  kind: z.literal('invoice'),
  id: z.string(),
  customerId: owner,
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
  /** The highest attempt for which the bank asked the customer to confirm; 0 when it never did. */
  confirmAttempt: z.number().int().default(0),
  confirmAskedAt: maybeTime.default(null),
  /** What paid it or tried to: in the payload until 2025-03-31.basil, told by reads since. */
  paymentIds: ids,
  chargeIds: ids,
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
  paymentId: z.string().nullable().default(null),
  /** What was bought; told by reads alone, and only of one-time payments. */
  items: z
    .array(z.object({ priceId: z.string(), lookupKey: z.string().nullable(), productId: z.string() }))
    .default([]),
  /** The second in which we were told that the payment came to nothing after the checkout, as a bank debit's can. */
  failedAt: maybeTime.default(null),
  createdAt: time,
});

/** A payment intent: what an invoice or an order is paid through. */
export const paymentSchema = z.object({
  kind: z.literal('payment'),
  id: z.string(),
  customerId: owner,
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'requires_capture',
    'processing',
    'succeeded',
    'canceled',
  ]),
  amountCents: z.number().int(),
  currency: z.string(),
  invoiceId: z.string().nullable(),
  chargeId: z.string().nullable(),
  /** The bank's decline code where there is one, or else Stripe's own code. */
  failureCode: z.string().nullable(),
  createdAt: time,
});

export const chargeSchema = z.object({
  kind: z.literal('charge'),
  id: z.string(),
  customerId: owner,
  paymentId: z.string().nullable(),
  invoiceId: z.string().nullable(),
  paid: z.boolean(),
  amountCents: z.number().int(),
  refundedCents: z.number().int(),
  currency: z.string(),
  disputed: z.boolean(),
  createdAt: time,
});

export const refundSchema = z.object({
  kind: z.literal('refund'),
  id: z.string(),
  chargeId: z.string().nullable(),
  paymentId: z.string().nullable(),
  status: z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']),
  amountCents: z.number().int(),
  currency: z.string(),
  createdAt: time,
});

export const disputeSchema = z.object({
  kind: z.literal('dispute'),
  id: z.string(),
  chargeId: z.string().nullable(),
  paymentId: z.string().nullable(),
  /** `inquiry`: the bank asks, and no money has moved yet. `withdrawn`: closed with nothing lost. */
  status: z.enum(['inquiry', 'open', 'won', 'lost', 'withdrawn']),
  reason: z.string(),
  amountCents: z.number().int(),
  currency: z.string(),
  respondBy: maybeTime,
  createdAt: time,
});

export const fraudWarningSchema = z.object({
  kind: z.literal('fraud_warning'),
  id: z.string(),
  chargeId: z.string(),
  paymentId: z.string().nullable(),
  fraudType: z.string(),
  actionable: z.boolean(),
  createdAt: time,
});

/** Brand, last four and expiry: no more of it is ever stored. */
export const paymentMethodSchema = z.object({
  kind: z.literal('payment_method'),
  id: z.string(),
  customerId: owner,
  type: z.string(),
  brand: z.string().nullable(),
  last4: z.string().nullable(),
  expiresMonth: z.number().int().nullable(),
  expiresYear: z.number().int().nullable(),
  createdAt: time,
});

/** What Stripe's own entitlements give a customer, all of it at once: a parent and its children are replaced together. */
export const entitlementsSchema = z.object({
  kind: z.literal('entitlements'),
  id: z.string(),
  customerId: z.string(),
  lookupKeys: z.array(z.string()),
});

export const productSchema = z.object({
  kind: z.literal('product'),
  id: z.string(),
  name: z.string(),
  active: z.boolean(),
  createdAt: time,
});

export const priceSchema = z.object({
  kind: z.literal('price'),
  id: z.string(),
  productId: z.string(),
  lookupKey: z.string().nullable(),
  active: z.boolean(),
  unitAmount: z.number().int().nullable(),
  currency: z.string(),
  interval: z.enum(['day', 'week', 'month', 'year']).nullable(),
  createdAt: time,
});

export const billingObjectSchema = z.discriminatedUnion('kind', [
  customerSchema,
  subscriptionSchema,
  invoiceSchema,
  checkoutSchema,
  paymentSchema,
  chargeSchema,
  refundSchema,
  disputeSchema,
  fraudWarningSchema,
  paymentMethodSchema,
  entitlementsSchema,
  productSchema,
  priceSchema,
]);

export type StripeCustomer = z.infer<typeof customerSchema>;
export type SubscriptionItem = z.infer<typeof subscriptionItemSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;
export type Invoice = z.infer<typeof invoiceSchema>;
export type Checkout = z.infer<typeof checkoutSchema>;
export type Payment = z.infer<typeof paymentSchema>;
export type Charge = z.infer<typeof chargeSchema>;
export type Refund = z.infer<typeof refundSchema>;
export type Dispute = z.infer<typeof disputeSchema>;
export type FraudWarning = z.infer<typeof fraudWarningSchema>;
export type PaymentMethod = z.infer<typeof paymentMethodSchema>;
export type Entitlements = z.infer<typeof entitlementsSchema>;
export type Product = z.infer<typeof productSchema>;
export type Price = z.infer<typeof priceSchema>;
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

/** Kinds that belong to the shop and not to a customer: what is sold. */
export const catalogueKinds: ReadonlySet<BillingObject['kind']> = new Set(['product', 'price']);

/** One live object of a kind. */
export function find<K extends BillingObject['kind']>(state: BillingState, kind: K, id: string) {
  return objectsOf(state, kind).find((object) => object.id === id);
}

/** When Stripe made it; null for what has no beginning of its own. */
export function createdAtOf(value: BillingObject): Date | null {
  return 'createdAt' in value ? value.createdAt : null;
}
