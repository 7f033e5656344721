/** What a bank says no with, in Stripe's words. */
export const declines = {
  generic_decline: { code: 'card_declined', message: 'Your card was declined.' },
  insufficient_funds: { code: 'card_declined', message: 'Your card has insufficient funds.' },
  lost_card: { code: 'card_declined', message: 'Your card was declined.' },
  expired_card: { code: 'expired_card', message: 'Your card has expired.' },
  authentication_denied: {
    code: 'payment_intent_authentication_failure',
    message: 'The provided payment method has failed authentication.',
  },
  debit_not_covered: {
    code: 'insufficient_funds',
    message: "The customer's account has insufficient funds to cover this payment.",
  },
} as const;

export type DeclineName = keyof typeof declines;

/** What comes of asking a payment method for money. */
export type PaymentResult =
  | { kind: 'succeeded' }
  | { kind: 'declined'; decline: DeclineName }
  | { kind: 'requires_action' }
  | { kind: 'processing'; succeeds: boolean };

type TestMethod = {
  type: 'card' | 'sepa_debit';
  title: string;
  /** While the customer is there, and when Stripe charges by itself. */
  present: PaymentResult;
  absent: PaymentResult;
  tokens: readonly string[];
};

const succeeds = { kind: 'succeeded' } as const;
const asks = { kind: 'requires_action' } as const;
const declinedFor = (decline: DeclineName) => ({ kind: 'declined', decline }) as const;

/** Stripe's test methods by their last four. No number exists anywhere: last four and expiry are all Stripe shows. */
export const testMethods = {
  '4242': { type: 'card', title: 'Pays', present: succeeds, absent: succeeds, tokens: ['pm_card_visa', 'pm_card_us'] },
  '0002': {
    type: 'card',
    title: 'Is declined',
    present: declinedFor('generic_decline'),
    absent: declinedFor('generic_decline'),
    tokens: ['pm_card_chargeDeclined', 'pm_card_visa_chargeDeclined'],
  },
  '9995': {
    type: 'card',
    title: 'Has insufficient funds',
    present: declinedFor('insufficient_funds'),
    absent: declinedFor('insufficient_funds'),
    tokens: ['pm_card_chargeDeclinedInsufficientFunds', 'pm_card_visa_chargeDeclinedInsufficientFunds'],
  },
  '0069': {
    type: 'card',
    title: 'Has expired',
    present: declinedFor('expired_card'),
    absent: declinedFor('expired_card'),
    tokens: ['pm_card_chargeDeclinedExpiredCard', 'pm_card_visa_chargeDeclinedExpiredCard'],
  },
  '9987': {
    type: 'card',
    title: 'Was lost',
    present: declinedFor('lost_card'),
    absent: declinedFor('lost_card'),
    tokens: ['pm_card_chargeDeclinedLostCard', 'pm_card_visa_chargeDeclinedLostCard'],
  },
  // Stripe's own 3155 asks once, when it is set up; here it asks each time as 3184 does, so that one choice on the
  // payment page leads to a renewal that waits for its customer.
  '3155': {
    type: 'card',
    title: 'Asks the customer to authenticate',
    present: asks,
    absent: asks,
    tokens: ['pm_card_authenticationRequiredOnSetup'],
  },
  '3184': {
    type: 'card',
    title: 'Asks the customer to authenticate each time',
    present: asks,
    absent: asks,
    tokens: ['pm_card_authenticationRequired'],
  },
  '0341': {
    type: 'card',
    title: 'Pays now and fails on renewal',
    present: succeeds,
    absent: declinedFor('generic_decline'),
    tokens: ['pm_card_chargeCustomerFail'],
  },
  '3000': {
    type: 'sepa_debit',
    title: 'Bank debit that settles days later',
    present: { kind: 'processing', succeeds: true },
    absent: { kind: 'processing', succeeds: true },
    tokens: ['pm_sepaDebit'],
  },
  '3001': {
    type: 'sepa_debit',
    title: 'Bank debit that fails days later',
    present: { kind: 'processing', succeeds: false },
    absent: { kind: 'processing', succeeds: false },
    tokens: ['pm_sepaDebitFails'],
  },
} as const satisfies Record<string, TestMethod>;

export type LastFour = keyof typeof testMethods;

export const lastFours = Object.keys(testMethods) as [LastFour, ...LastFour[]];

export function lastFourOfToken(token: string): LastFour | undefined {
  return lastFours.find((lastFour) => (testMethods[lastFour].tokens as readonly string[]).includes(token));
}

/** What comes of a charge to the method with these last four. */
export function judgePayment(lastFour: string | null | undefined, presence: 'present' | 'absent'): PaymentResult {
  const method: TestMethod | undefined = lastFours.some((known) => known === lastFour)
    ? testMethods[lastFour as LastFour]
    : undefined;
  return method?.[presence] ?? succeeds;
}
