/** Why a payment failed, to the person who pays, and what may help. */
export interface Decline {
  /** Ends the sentence "We could not take $29.00: …". */
  why: string;
  remedy: string | null;
}

const anotherCard = 'Another card may work.';
const askTheBank = `Your bank can tell you more. ${anotherCard}`;

const refused: Decline = { why: 'your bank refused this card', remedy: askTheBank };
// Of a card that somebody reported, or that a rule of ours or Stripe's turned away, no more may be told than of any
// other: whoever reads it need not be its owner.
const notAccepted: Decline = { why: 'this card was not accepted', remedy: anotherCard };
const numberWrong: Decline = { why: 'the card number is not valid', remedy: 'Enter it again, or use another card.' };
const codeWrong: Decline = { why: 'the card’s security code did not match', remedy: 'Enter the card again.' };
const zipWrong: Decline = { why: 'the postal code did not match the card', remedy: 'Enter the card again.' };
const expired: Decline = { why: 'the card has expired', remedy: 'Use another card, or the new one.' };
const expiryWrong: Decline = { why: 'the card’s expiry date is not valid', remedy: 'Enter the card again.' };
const overLimit: Decline = { why: 'the card’s limit is reached', remedy: askTheBank };
const unsuited: Decline = { why: 'this card cannot be used for this payment', remedy: anotherCard };
const technical: Decline = { why: 'the bank had a technical problem', remedy: null };
const revoked: Decline = { why: 'your bank no longer allows this payment', remedy: askTheBank };
const confirmFirst: Decline = {
  why: 'your bank wants you to confirm it first',
  remedy: 'It asks you when you pay at the link below.',
};
const notConfirmed: Decline = {
  why: 'it was not confirmed with your bank',
  remedy: 'Your bank asks again when you pay at the link below.',
};
const accountRefused: Decline = {
  why: 'your bank did not allow the debit',
  remedy: 'Your bank can tell you more. Another way to pay may work.',
};
const accountGone: Decline = { why: 'the bank account cannot be debited', remedy: 'Use another account or a card.' };

/** By Stripe's decline codes, and by its error codes where there is no decline. */
const declines = new Map<string, Decline>(
  Object.entries({
    account_closed: accountGone,
    approve_with_id: refused,
    authentication_failure: notConfirmed,
    authentication_required: confirmFirst,
    bank_account_declined: accountRefused,
    bank_account_restricted: accountGone,
    bank_account_unusable: accountGone,
    call_issuer: refused,
    card_declined: refused,
    card_not_supported: unsuited,
    card_velocity_exceeded: overLimit,
    currency_not_supported: { why: 'this card does not take this currency', remedy: anotherCard },
    debit_not_authorized: accountRefused,
    do_not_honor: refused,
    do_not_try_again: refused,
    expired_card: expired,
    expired_payment_method: expired,
    fraudulent: notAccepted,
    generic_decline: refused,
    incorrect_cvc: codeWrong,
    incorrect_number: numberWrong,
    incorrect_zip: zipWrong,
    insufficient_funds: { why: 'there was not enough money in the account', remedy: null },
    invalid_account: refused,
    invalid_amount: overLimit,
    invalid_cvc: codeWrong,
    invalid_expiry_month: expiryWrong,
    invalid_expiry_year: expiryWrong,
    invalid_number: numberWrong,
    issuer_not_available: technical,
    lost_card: refused,
    merchant_blacklist: notAccepted,
    new_account_information_available: refused,
    no_account: accountGone,
    no_action_taken: refused,
    not_permitted: refused,
    payment_intent_authentication_failure: notConfirmed,
    pickup_card: refused,
    processing_error: technical,
    reenter_transaction: technical,
    restricted_card: refused,
    revocation_of_all_authorizations: revoked,
    revocation_of_authorization: revoked,
    security_violation: refused,
    service_not_allowed: unsuited,
    stolen_card: refused,
    stop_payment_order: revoked,
    transaction_not_allowed: unsuited,
    try_again_later: technical,
    withdrawal_count_limit_exceeded: overLimit,
  }),
);

/** Null for a code that has no words here: better no reason than a wrong one. */
export function declineOf(failureCode: string | null): Decline | null {
  return failureCode === null ? null : (declines.get(failureCode) ?? null);
}
