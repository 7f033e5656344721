import * as z from 'zod';
import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import type { Charge, Dispute } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { settleWarnings } from './fraud.ts';

const reasons = [
  'bank_cannot_process',
  'credit_not_processed',
  'duplicate',
  'fraudulent',
  'general',
  'product_not_received',
  'product_unacceptable',
  'subscription_canceled',
  'unrecognized',
] as const;

export const disputeSchema = z.strictObject({
  reason: z.enum(reasons).default('fraudulent'),
  amount: z.int().min(1).optional(),
  /** The bank only asks, and takes no money yet. */
  inquiry: z.boolean().default(false),
});

export const disputeOutcomeSchema = z.strictObject({ outcome: z.enum(['won', 'lost', 'warning_closed']) });

const daysToAnswer = 9;
const feeCents = 1500;

/** The cardholder takes the payment back through the bank: the money and a fee go at once, except for an inquiry. */
export function openDispute(
  operation: Operation,
  charge: Charge,
  { reason, amount = charge.amount, inquiry }: z.output<typeof disputeSchema>,
): Dispute {
  const { state, at } = operation;
  if (!charge.paid) throw invalid(`Charge ${charge.id} was not paid, so nobody can dispute it.`);
  if (charge.disputed) throw invalid(`Charge ${charge.id} is disputed already.`);
  if (amount > charge.amount) throw invalid(`Charge ${charge.id} is of ${charge.amount}; no more can be disputed.`);
  const dispute: Dispute = {
    id: newId.dispute(),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: at,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(charge),
    evidence_details: {
      due_by: at + daysToAnswer * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    network_reason_code: null,
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: 'visa',
        network_reason_code: null,
      },
      type: 'card',
    },
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
  state.disputes.set(dispute.id, dispute);
  charge.disputed = true;
  emit(operation, 'charge.dispute.created', dispute);
  if (!inquiry) moveFunds(operation, dispute, -1, 'charge.dispute.funds_withdrawn');
  settleWarnings(operation, charge);
  return dispute;
}

/** The bank has decided. */
export function closeDispute(
  operation: Operation,
  dispute: Dispute,
  outcome: z.output<typeof disputeOutcomeSchema>['outcome'],
): void {
  const isInquiry = dispute.status.startsWith('warning_');
  if (!['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review'].includes(dispute.status)) {
    throw invalid(`Dispute ${dispute.id} is closed already: ${dispute.status}.`);
  }
  if (isInquiry !== (outcome === 'warning_closed')) {
    throw invalid(`Dispute ${dispute.id} is ${dispute.status}, which cannot end as ${outcome}.`);
  }
  change(operation, 'charge.dispute.closed', dispute, { is_charge_refundable: outcome !== 'lost', status: outcome });
  if (outcome === 'won') moveFunds(operation, dispute, 1, 'charge.dispute.funds_reinstated');
}

function moveFunds(
  operation: Operation,
  dispute: Dispute,
  sign: 1 | -1,
  type: 'charge.dispute.funds_withdrawn' | 'charge.dispute.funds_reinstated',
): void {
  const fee = sign === -1 ? feeCents : 0;
  dispute.balance_transactions.push({
    id: newId.balanceTransaction(),
    object: 'balance_transaction',
    amount: sign * dispute.amount,
    available_on: operation.at,
    balance_type: 'payments',
    created: operation.at,
    currency: dispute.currency,
    description: `Chargeback ${sign === -1 ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: dispute.currency,
              description: 'Dispute fee',
              type: 'stripe_fee',
            },
          ],
    net: sign * dispute.amount - fee,
    reporting_category: sign === -1 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
  });
  emit(operation, type, dispute);
}

function noEvidence(charge: Charge): Dispute['evidence'] {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: charge.billing_details.email,
    customer_name: charge.billing_details.name,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
