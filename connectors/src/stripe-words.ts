/** Stripe's codes, as one would say them to the founder and to whoever answers for them. */

const disputeReasons = new Map(
  Object.entries({
    bank_cannot_process: 'the bank could not process the payment',
    check_returned: 'the check was returned',
    credit_not_processed: 'a refund they expected did not come',
    customer_initiated: 'they asked their bank to take it back',
    debit_not_authorized: 'they say they did not allow the debit',
    duplicate: 'they say they were charged twice',
    fraudulent: 'they say they did not make this payment',
    general: 'the bank gives no particular reason',
    incorrect_account_details: 'the account details were not right',
    insufficient_funds: 'there was not enough money in the account',
    noncompliant: 'the card network sees one of its rules broken',
    product_not_received: 'they say they did not get what they paid for',
    product_unacceptable: 'they say it is not what was promised',
    subscription_canceled: 'they say they had canceled the subscription',
    unrecognized: 'they do not know this payment from their statement',
  }),
);

const fraudTypes = new Map(
  Object.entries({
    card_never_received: 'the card never reached its owner',
    fraudulent_card_application: 'the card was applied for in a false name',
    made_with_counterfeit_card: 'the card was a copy',
    made_with_lost_card: 'the card was lost',
    made_with_stolen_card: 'the card was stolen',
    misc: 'the bank gives no particular reason',
    unauthorized_use_of_card: 'the card was used without its owner’s leave',
  }),
);

export function disputeReasonWords(reason: string): string {
  return disputeReasons.get(reason) ?? codeWords(reason);
}

export function fraudTypeWords(fraudType: string): string {
  return fraudTypes.get(fraudType) ?? codeWords(fraudType);
}

/** A code that has no words of its own: `do_not_honor` is "do not honor". */
export function codeWords(code: string): string {
  return code.replaceAll('_', ' ');
}

export const disputeOutcomeWords = {
  won: 'The bank decided for you, and Stripe pays the amount back to you.',
  lost: 'The bank decided for the cardholder, who keeps the amount.',
  withdrawn: 'Nothing more is asked of you.',
} as const;
