import { z } from 'zod';
import { reference, second, text } from './shape-parts.ts';
import {
  type Charge,
  type Dispute,
  type FraudWarning,
  type Payment,
  type PaymentMethod,
  paymentSchema,
  type Refund,
  refundSchema,
} from './state.ts';

/** The objects money moves through, into ours. */

export const payment = z
  .object({
    id: z.string(),
    customer: reference,
    status: paymentSchema.shape.status,
    amount: z.number().int(),
    currency: z.string(),
    // Until 2025-03-31.basil; since then the invoice names its payments, and only when asked.
    invoice: reference,
    latest_charge: reference,
    last_payment_error: z.object({ code: text, decline_code: text }).nullish(),
    created: second,
  })
  .transform(
    (raw): Payment => ({
      kind: 'payment',
      id: raw.id,
      customerId: raw.customer,
      status: raw.status,
      amountCents: raw.amount,
      currency: raw.currency,
      invoiceId: raw.invoice,
      chargeId: raw.latest_charge,
      failureCode: raw.last_payment_error?.decline_code ?? raw.last_payment_error?.code ?? null,
      createdAt: raw.created,
    }),
  );

export const charge = z
  .object({
    id: z.string(),
    customer: reference,
    payment_intent: reference,
    invoice: reference,
    paid: z.boolean(),
    amount: z.number().int(),
    amount_refunded: z.number().int(),
    currency: z.string(),
    disputed: z.boolean().nullish(),
    created: second,
  })
  .transform(
    (raw): Charge => ({
      kind: 'charge',
      id: raw.id,
      customerId: raw.customer,
      paymentId: raw.payment_intent,
      invoiceId: raw.invoice,
      paid: raw.paid,
      amountCents: raw.amount,
      refundedCents: raw.amount_refunded,
      currency: raw.currency,
      disputed: raw.disputed ?? false,
      createdAt: raw.created,
    }),
  );

export const refund = z
  .object({
    id: z.string(),
    charge: reference,
    payment_intent: reference,
    // Null for the oldest refunds, which all went through.
    status: refundSchema.shape.status.nullish(),
    amount: z.number().int(),
    currency: z.string(),
    created: second,
  })
  .transform(
    (raw): Refund => ({
      kind: 'refund',
      id: raw.id,
      chargeId: raw.charge,
      paymentId: raw.payment_intent,
      status: raw.status ?? 'succeeded',
      amountCents: raw.amount,
      currency: raw.currency,
      createdAt: raw.created,
    }),
  );

/** Eleven words of Stripe's into the five that differ for us. A new one of theirs is reported, not guessed. */
const disputeStatus = z
  .enum([
    ...(['warning_needs_response', 'warning_under_review', 'needs_response', 'under_review'] as const),
    ...(['appeal_needs_response', 'appeal_under_review', 'won', 'lost'] as const),
    ...(['warning_closed', 'prevented', 'charge_refunded'] as const),
  ])
  .transform((status): Dispute['status'] => {
    if (status === 'won' || status === 'lost') return status;
    if (status === 'warning_closed' || status === 'prevented' || status === 'charge_refunded') return 'withdrawn';
    return status.startsWith('warning_') ? 'inquiry' : 'open';
  });

export const dispute = z
  .object({
    id: z.string(),
    charge: reference,
    payment_intent: reference,
    status: disputeStatus,
    reason: z.string(),
    amount: z.number().int(),
    currency: z.string(),
    evidence_details: z.object({ due_by: z.number().nullish() }).nullish(),
    created: second,
  })
  .transform(
    (raw): Dispute => ({
      kind: 'dispute',
      id: raw.id,
      chargeId: raw.charge,
      paymentId: raw.payment_intent,
      status: raw.status,
      reason: raw.reason,
      amountCents: raw.amount,
      currency: raw.currency,
      respondBy: raw.evidence_details?.due_by == null ? null : new Date(raw.evidence_details.due_by * 1_000),
      createdAt: raw.created,
    }),
  );

export const fraudWarning = z
  .object({
    id: z.string(),
    charge: reference.pipe(z.string()),
    payment_intent: reference,
    fraud_type: z.string(),
    actionable: z.boolean(),
    created: second,
  })
  .transform(
    (raw): FraudWarning => ({
      kind: 'fraud_warning',
      id: raw.id,
      chargeId: raw.charge,
      paymentId: raw.payment_intent,
      fraudType: raw.fraud_type,
      actionable: raw.actionable,
      createdAt: raw.created,
    }),
  );

const details = z.looseObject({
  brand: text,
  bank_name: text,
  last4: text,
  exp_month: z.number().int().nullish(),
  exp_year: z.number().int().nullish(),
});

export const paymentMethod = z
  .looseObject({ id: z.string(), customer: reference, type: z.string(), created: second })
  .transform((raw): PaymentMethod => {
    // The details stand under the name of the type; what a new type calls them is not guessed.
    const { data } = details.safeParse(raw[raw.type]);
    return {
      kind: 'payment_method',
      id: raw.id,
      customerId: raw.customer,
      type: raw.type,
      brand: data?.brand ?? data?.bank_name ?? null,
      last4: data?.last4 ?? null,
      expiresMonth: data?.exp_month ?? null,
      expiresYear: data?.exp_year ?? null,
      createdAt: raw.created,
    };
  });
