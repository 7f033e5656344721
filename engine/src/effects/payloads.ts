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
  'email.access_ended': accessEndedSchema,
  'helpdesk.payment_failed': paymentFailedSchema,
  'helpdesk.payment_recovered': paymentRecoveredSchema,
  'chat.sale': purchaseSchema,
  'chat.payment_failed': paymentFailedSchema,
  'chat.access_ended': accessEndedSchema,
  'chat.issue_opened': issueNoticeSchema,
  'chat.issue_resolved': issueNoticeSchema,
} as const satisfies Record<string, z.ZodType>;

export type EffectKind = keyof typeof payloadSchemas;
export type Payloads = { [K in EffectKind]: z.output<(typeof payloadSchemas)[K]> };
export const effectKinds = Object.keys(payloadSchemas) as EffectKind[];
