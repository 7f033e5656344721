import { z } from 'zod';

/** What each kind of effect says, or desires. Frozen facts in; connectors translate them and add nothing. */

const time = z.coerce.date();
const money = z.object({ amountCents: z.number().int(), currency: z.string() });
const person = z.object({
  subjectId: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  locale: z.string().nullable(),
});
const plan = z.object({ key: z.string(), name: z.string() });
export type Money = z.infer<typeof money>;
export type Person = z.infer<typeof person>;

/** The account in the founder's app. */
export const accountSchema = z.object({
  customerId: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  access: z.boolean(),
  reason: z.string(),
  plans: z.array(z.string()),
  grants: z.array(z.string()),
  until: time.nullable(),
});

/** The contact in the CRM: only fields we own, beside the address that finds it. */
export const contactSchema = z.object({
  customerId: z.string(),
  email: z.string().nullable(),
  /** A contact that somebody else made is adopted only when this is true. */
  emailVerified: z.boolean(),
  name: z.string().nullable(),
  properties: z.object({
    billing_status: z.string(),
    plan: z.string().nullable(),
    has_access: z.boolean(),
    amount_cents: z.number().int().nullable(),
    currency: z.string().nullable(),
    renews_at: time.nullable(),
    first_paid_at: time.nullable(),
  }),
});

const purchaseSchema = z.object({
  person,
  plan,
  /** Null when nothing was charged. */
  paid: money.nullable(),
  paidAt: time,
  invoiceNumber: z.string().nullable(),
  invoiceUrl: z.string().nullable(),
});

const paymentFailedSchema = z.object({
  person,
  plan: plan.nullable(),
  invoiceId: z.string(),
  invoiceNumber: z.string().nullable(),
  due: money,
  attempt: z.number().int(),
  failureCode: z.string().nullable(),
  nextAttemptAt: time.nullable(),
  payUrl: z.string().nullable(),
  graceEndsAt: time.nullable(),
});

const paymentRecoveredSchema = z.object({
  person,
  invoiceId: z.string(),
  invoiceNumber: z.string().nullable(),
  paid: money,
});

/** The bank asks the customer to confirm a payment: nothing has failed yet, and nobody else can do it. */
const actionRequiredSchema = z.object({
  person,
  plan: plan.nullable(),
  invoiceId: z.string(),
  invoiceNumber: z.string().nullable(),
  due: money,
  attempt: z.number().int(),
  confirmUrl: z.string(),
});

const trialEndingSchema = z.object({
  person,
  plan: plan.nullable(),
  trialEndsAt: time,
  /** What the first period costs, before tax and discounts; null when that is not fixed. */
  firstCharge: money.nullable(),
  manageUrl: z.string(),
});

const refundedSchema = z.object({
  person,
  plan: plan.nullable(),
  refunded: money,
  /** The whole payment went back, not a part of it. */
  isWhole: z.boolean(),
  invoiceNumber: z.string().nullable(),
});

/** A one-time order whose payment came to nothing days after the checkout, as bank debits can. */
const orderFailedSchema = z.object({ person, plan: plan.nullable(), due: money.nullable(), retryUrl: z.string() });

const disputeOpenedSchema = z.object({
  person,
  disputeId: z.string(),
  disputed: money,
  /** Stripe's word for the cardholder's reason, such as `fraudulent`. */
  reason: z.string(),
  respondBy: time.nullable(),
  hasAccess: z.boolean(),
});

const disputeClosedSchema = z.object({
  person,
  disputeId: z.string(),
  disputed: money,
  outcome: z.enum(['won', 'lost', 'withdrawn']),
  hasAccess: z.boolean(),
});

/** The card's issuer expects a dispute: a refund now costs less than one later. */
const fraudWarningSchema = z.object({
  person,
  warningId: z.string(),
  chargeId: z.string(),
  fraudType: z.string(),
  charged: money.nullable(),
});

const accessEndedSchema = z.object({ person, plan: plan.nullable(), endedAt: time, reason: z.string() });

const issueNoticeSchema = z.object({
  issueId: z.number().int(),
  title: z.string(),
  vendor: z.string().nullable(),
  cause: z.string(),
  occurrences: z.number().int(),
  effects: z.number().int(),
});

export const payloadSchemas = {
  'app.account': accountSchema,
  'crm.contact': contactSchema,
  'email.welcome': purchaseSchema,
  'email.payment_failed': paymentFailedSchema,
  'email.payment_action_required': actionRequiredSchema,
  'email.order_failed': orderFailedSchema,
  'email.trial_ending': trialEndingSchema,
  'email.refunded': refundedSchema,
  'email.access_ended': accessEndedSchema,
  'helpdesk.payment_failed': paymentFailedSchema,
  'helpdesk.payment_recovered': paymentRecoveredSchema,
  'helpdesk.dispute_opened': disputeOpenedSchema,
  'helpdesk.dispute_closed': disputeClosedSchema,
  'chat.sale': purchaseSchema,
  'chat.payment_failed': paymentFailedSchema,
  'chat.payment_action_required': actionRequiredSchema,
  'chat.refunded': refundedSchema,
  'chat.dispute_opened': disputeOpenedSchema,
  'chat.dispute_closed': disputeClosedSchema,
  'chat.fraud_warning': fraudWarningSchema,
  'chat.access_ended': accessEndedSchema,
  'chat.issue_opened': issueNoticeSchema,
  'chat.issue_resolved': issueNoticeSchema,
} as const satisfies Record<string, z.ZodType>;

export type EffectKind = keyof typeof payloadSchemas;
export type Payloads = { [K in EffectKind]: z.output<(typeof payloadSchemas)[K]> };
export const effectKinds = Object.keys(payloadSchemas) as EffectKind[];
