import { z } from 'zod';
import { price as catalogPrice, entitlements, product } from './catalogue-shapes.ts';
import { charge, dispute, fraudWarning, payment, paymentMethod, refund } from './payment-shapes.ts';
import { interval as intervalSchema, listOf, maybeSecond, metadata, reference, second, text } from './shape-parts.ts';
import {
  type BillingObject,
  type Checkout,
  type Invoice,
  type StripeCustomer,
  type Subscription,
  type SubscriptionItem,
  subscriptionStatuses,
} from './state.ts';

/**
 * Stripe's objects into ours: one schema a kind, for events and for reads alike, understanding API versions 2022-11-15 to
 * 2026-10-28.endive. Fields we do not use may be anything; a field we do use and cannot find is an error, never a guess.
 */

const customer = z
  .object({
    id: z.string(),
    email: text,
    name: text,
    preferred_locales: z.array(z.string()).nullish(),
    invoice_settings: z.object({ default_payment_method: reference }).nullish(),
    created: second,
  })
  .transform(
    (raw): StripeCustomer => ({
      kind: 'customer',
      id: raw.id,
      email: raw.email,
      name: raw.name,
      locale: raw.preferred_locales?.[0] ?? null,
      defaultPaymentMethodId: raw.invoice_settings?.default_payment_method ?? null,
      createdAt: raw.created,
    }),
  );

const price = z
  .object({
    id: z.string(),
    lookup_key: text,
    product: reference.pipe(z.string()),
    unit_amount: z.number().int().nullish(),
    currency: z.string(),
    recurring: z.object({ interval: intervalSchema, interval_count: z.number().int() }).nullish(),
  })
  .transform((raw) => ({
    priceId: raw.id,
    lookupKey: raw.lookup_key,
    productId: raw.product,
    unitAmount: raw.unit_amount ?? null,
    currency: raw.currency,
    interval: raw.recurring?.interval ?? null,
    intervalCount: raw.recurring?.interval_count ?? null,
  }));
/** What items carried before prices; accounts that began then may still have it. */
const plan = z
  .object({
    id: z.string(),
    product: reference.pipe(z.string()),
    amount: z.number().int().nullish(),
    currency: z.string(),
    interval: intervalSchema,
    interval_count: z.number().int(),
  })
  .transform((raw) => ({
    priceId: raw.id,
    lookupKey: null,
    productId: raw.product,
    unitAmount: raw.amount ?? null,
    currency: raw.currency,
    interval: raw.interval,
    intervalCount: raw.interval_count,
  }));

const itemBase = z.object({
  id: z.string(),
  quantity: z.number().int().nullish(),
  current_period_start: maybeSecond,
  current_period_end: maybeSecond,
});
const item = z
  .union([
    itemBase.extend({ price }),
    itemBase.extend({ plan }).transform(({ plan: it, ...rest }) => ({ ...rest, price: it })),
  ])
  .transform(
    (raw): SubscriptionItem => ({
      id: raw.id,
      ...raw.price,
      // Metered items have no quantity.
      quantity: raw.quantity ?? 1,
      currentPeriodStart: raw.current_period_start,
      currentPeriodEnd: raw.current_period_end,
    }),
  );

const subscription = z
  .object({
    id: z.string(),
    customer: reference,
    status: z.enum(subscriptionStatuses),
    items: z.object({ data: z.array(item).min(1) }),
    // On the subscription until 2025-03-31.basil, on its items since.
    current_period_start: maybeSecond,
    current_period_end: maybeSecond,
    cancel_at_period_end: z.boolean().nullish(),
    cancel_at: maybeSecond,
    canceled_at: maybeSecond,
    ended_at: maybeSecond,
    trial_end: maybeSecond,
    pause_collection: z.object({ resumes_at: maybeSecond }).nullish(),
    default_payment_method: reference,
    latest_invoice: reference,
    metadata,
    created: second,
  })
  .transform((raw): Subscription => {
    const items = raw.items.data.map((it) => ({
      ...it,
      currentPeriodStart: it.currentPeriodStart ?? raw.current_period_start,
      currentPeriodEnd: it.currentPeriodEnd ?? raw.current_period_end,
    }));
    const cancelAtPeriodEnd = raw.cancel_at_period_end ?? false;
    return {
      kind: 'subscription',
      id: raw.id,
      customerId: raw.customer,
      status: raw.status,
      items,
      cancelAtPeriodEnd,
      // Newer cancellations may set only cancel_at, older ones only the flag.
      cancelAt: raw.cancel_at ?? (cancelAtPeriodEnd ? (items[0]?.currentPeriodEnd ?? null) : null),
      canceledAt: raw.canceled_at,
      endedAt: raw.ended_at,
      trialEnd: raw.trial_end,
      pastDueSince: null,
      sightings: { pastDue: [], otherwise: null },
      collectionPaused: raw.pause_collection != null,
      collectionResumesAt: raw.pause_collection?.resumes_at ?? null,
      defaultPaymentMethodId: raw.default_payment_method,
      latestInvoiceId: raw.latest_invoice,
      metadata: raw.metadata,
      createdAt: raw.created,
    };
  });

const invoice = z
  .object({
    id: z.string(),
    customer: reference,
    number: text,
    status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']),
    // On the invoice until 2025-03-31.basil, under its parent since.
    subscription: reference,
    parent: z.object({ subscription_details: z.object({ subscription: reference }).nullish() }).nullish(),
    // Both on the invoice until 2025-03-31.basil; since then among its payments, which are there when asked for.
    payment_intent: reference,
    charge: reference,
    payments: listOf(z.object({ payment: z.object({ payment_intent: reference, charge: reference }) })),
    billing_reason: text,
    amount_due: z.number().int(),
    amount_paid: z.number().int(),
    currency: z.string(),
    attempt_count: z.number().int(),
    next_payment_attempt: maybeSecond,
    hosted_invoice_url: text,
    invoice_pdf: text,
    customer_email: text,
    customer_name: text,
    status_transitions: z.object({ paid_at: maybeSecond }).nullish(),
    created: second,
  })
  .transform(
    (raw): Invoice => ({
      kind: 'invoice',
      id: raw.id,
      customerId: raw.customer,
      number: raw.number,
      status: raw.status,
      subscriptionId: raw.parent?.subscription_details?.subscription ?? raw.subscription,
      billingReason: raw.billing_reason,
      amountDueCents: raw.amount_due,
      amountPaidCents: raw.amount_paid,
      currency: raw.currency,
      attemptCount: raw.attempt_count,
      failedAttempt: 0,
      failedAt: null,
      // Told by payment intents, which the invoice only names.
      failureCode: null,
      confirmAttempt: 0,
      confirmAskedAt: null,
      paymentIds: present([raw.payment_intent, ...raw.payments.map((it) => it.payment.payment_intent)]),
      chargeIds: present([raw.charge, ...raw.payments.map((it) => it.payment.charge)]),
      nextPaymentAttempt: raw.next_payment_attempt,
      hostedInvoiceUrl: raw.hosted_invoice_url,
      invoicePdf: raw.invoice_pdf,
      customerEmail: raw.customer_email,
      customerName: raw.customer_name,
      paidAt: raw.status_transitions?.paid_at ?? null,
      createdAt: raw.created,
    }),
  );

const checkout = z
  .object({
    id: z.string(),
    mode: z.enum(['payment', 'setup', 'subscription']),
    status: z.enum(['open', 'complete', 'expired']),
    payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
    customer: reference,
    subscription: reference,
    invoice: reference,
    payment_intent: reference,
    line_items: listOf(z.object({ price: price.nullish() })),
    client_reference_id: text,
    customer_details: z.object({ email: text, name: text }).nullish(),
    customer_email: text,
    amount_total: z.number().int().nullish(),
    currency: text,
    metadata,
    created: second,
  })
  .transform(
    (raw): Checkout => ({
      kind: 'checkout',
      id: raw.id,
      mode: raw.mode,
      status: raw.status,
      paymentStatus: raw.payment_status,
      customerId: raw.customer,
      subscriptionId: raw.subscription,
      invoiceId: raw.invoice,
      intentId: raw.client_reference_id,
      email: raw.customer_details?.email ?? raw.customer_email,
      name: raw.customer_details?.name ?? null,
      amountTotalCents: raw.amount_total ?? null,
      currency: raw.currency,
      planKey: raw.metadata.onpaid_plan ?? null,
      paymentId: raw.payment_intent,
      items: raw.line_items.flatMap(({ price: sold }) =>
        sold ? [{ priceId: sold.priceId, lookupKey: sold.lookupKey, productId: sold.productId }] : [],
      ),
      failedAt: null,
      createdAt: raw.created,
    }),
  );

function present(ids: (string | null)[]): string[] {
  return [...new Set(ids.filter((id) => id !== null))].sort();
}

const shapes = {
  customer,
  subscription,
  invoice,
  checkout,
  payment,
  charge,
  refund,
  dispute,
  fraud_warning: fraudWarning,
  payment_method: paymentMethod,
  entitlements,
  product,
  price: catalogPrice,
} as const satisfies Record<BillingObject['kind'], z.ZodType>;

export type Understood = { ok: true; object: BillingObject } | { ok: false; reason: string };

/** Reads one of Stripe's objects; says which field was not understood, never what it held. */
export function understand(kind: BillingObject['kind'], raw: unknown): Understood {
  const result = shapes[kind].safeParse(raw);
  if (result.success) return { ok: true, object: result.data };
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'object'}: ${issue.message}`);
  return { ok: false, reason: `${kind} in a shape we do not know (${issues.slice(0, 5).join('; ')})` };
}
