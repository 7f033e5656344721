import { newId } from '../ids.ts';
import type { Charge, PaymentIntent, PaymentMethod } from '../objects.ts';
import type { Operation } from '../operation.ts';
import { type DeclineName, declines } from './test-methods.ts';

/** What is known of the money: it came, it did not, or the bank has yet to say. */
export type ChargeFate = { status: 'succeeded' } | { status: 'pending' } | { status: 'failed'; decline: DeclineName };

export function createCharge(
  operation: Operation,
  intent: PaymentIntent,
  method: PaymentMethod,
  fate: ChargeFate,
): Charge {
  const declined = fate.status === 'failed' ? declines[fate.decline] : undefined;
  const charge: Charge = {
    id: newId.charge(),
    object: 'charge',
    amount: intent.amount,
    amount_captured: declined ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: structuredClone(method.billing_details),
    calculated_statement_descriptor: 'ONPAID SANDBOX',
    captured: !declined,
    created: operation.at,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: declined?.code ?? null,
    failure_message: declined?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(fate),
    paid: fate.status === 'succeeded',
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(method),
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: fate.status,
    transfer_data: null,
    transfer_group: null,
  };
  operation.state.charges.set(charge.id, charge);
  return charge;
}

export function outcomeOf(fate: ChargeFate): NonNullable<Charge['outcome']> {
  const failed = fate.status === 'failed';
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: failed ? 'declined_by_network' : 'approved_by_network',
    reason: failed ? fate.decline : null,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: failed ? `The bank returned the decline code \`${fate.decline}\`.` : 'Payment complete.',
    type: failed ? 'issuer_declined' : 'authorized',
  };
}

/** Of the many things Stripe says of a card, what a receipt shows. */
function detailsOf(method: PaymentMethod): Charge['payment_method_details'] {
  if (method.sepa_debit) {
    const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit;
    return {
      sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null },
      type: 'sepa_debit',
    };
  }
  if (!method.card) return { type: method.type };
  const { brand, country, exp_month, exp_year, fingerprint, funding, last4 } = method.card;
  return {
    card: {
      amount_authorized: null,
      authorization_code: null,
      brand,
      checks: null,
      country,
      electronic_commerce_indicator: null,
      exp_month,
      exp_year,
      fingerprint: fingerprint ?? null,
      funding,
      installments: null,
      last4,
      mandate: null,
      network: brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  };
}
