import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import { money } from '../money.ts';
import type { Charge, Refund } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { settleWarnings } from './fraud.ts';

type Asked = {
  amount?: number | undefined;
  metadata: Record<string, string>;
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
};

/** Gives money back: all that is left of the charge, or a part of it. */
export function createRefund(operation: Operation, charge: Charge, asked: Asked): Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = asked.amount ?? left;
  if (!charge.paid) throw invalid(`Charge ${charge.id} has not been paid, so it cannot be refunded.`);
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  }
  if (amount > left) {
    const [more, less] = [money(amount, charge.currency), money(left, charge.currency)];
    throw invalid(`Refund amount (${more}) is greater than unrefunded amount on charge (${less})`, { param: 'amount' });
  }
  const isCard = charge.payment_method_details?.type === 'card';
  const refund: Refund = {
    id: newId.refund(),
    object: 'refund',
    amount,
    balance_transaction: newId.balanceTransaction(),
    charge: charge.id,
    created: operation.at,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    ...(isCard && {
      destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
    }),
    metadata: asked.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: asked.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  operation.state.refunds.set(refund.id, refund);
  emit(operation, 'refund.created', refund);
  moveRefunded(operation, charge, amount, 'charge.refunded');
  if (isCard) {
    // The bank's reference comes a little later, and Stripe tells of it.
    change(operation, 'refund.updated', refund, {
      destination_details: {
        card: {
          reference: refund.id.slice(-15),
          reference_status: 'available',
          reference_type: 'acquirer_reference_number',
          type: 'refund',
        },
        type: 'card',
      },
    });
  }
  settleWarnings(operation, charge);
  return refund;
}

/** The bank sent the money back: it is the shop's again, and the customer has none. */
export function failRefund(operation: Operation, refund: Refund, reason: string): void {
  if (refund.status === 'failed') throw invalid(`Refund ${refund.id} has failed already.`);
  const charge = operation.state.charges.get(refund.charge ?? '');
  const patch = { failure_balance_transaction: newId.balanceTransaction(), failure_reason: reason, status: 'failed' };
  change(operation, 'refund.updated', refund, patch);
  emit(operation, 'refund.failed', refund);
  if (charge) moveRefunded(operation, charge, -refund.amount, 'charge.updated');
}

function moveRefunded(
  operation: Operation,
  charge: Charge,
  by: number,
  type: 'charge.refunded' | 'charge.updated',
): void {
  const amount = charge.amount_refunded + by;
  change(operation, type, charge, { amount_refunded: amount, refunded: amount === charge.amount_captured });
}
