/** Whose house the mail comes from. Comes from configuration; nothing in it is customer-controlled. */
export type Brand = {
  name: string;
  url: string;
  logoUrl?: string;
  /** Hex, like #1f6feb. */
  accentColor: string;
  supportEmail: string;
  postalAddress?: string;
};

export type Locale = 'en';

/** In the currency's smallest unit, as Stripe counts it: 2900 USD is $29.00, 2900 JPY is ¥2,900. */
export type Money = { amountCents: number; currency: string };

type Common = {
  brand: Brand;
  locale: Locale;
  person: { email: string; name: string | null };
};

export type WelcomeData = Common & {
  plan: { name: string };
  /** Null when nothing was charged: then the mail speaks of no payment. */
  paid: Money | null;
  paidAt: Date;
  invoiceNumber: string | null;
  invoiceUrl: string | null;
  accountUrl: string;
};

export type PaymentFailedData = Common & {
  plan: { name: string } | null;
  due: Money;
  /** Stripe's decline code; one that has no words here is left out. */
  failureCode: string | null;
  invoiceNumber: string | null;
  /** Null when Stripe will not try by itself. */
  nextAttemptAt: Date | null;
  /** Null when there is no access to lose, or it is not known. */
  graceEndsAt: Date | null;
  /** Where the payment can be fixed. */
  payUrl: string;
};

/** The bank asks the customer to confirm; nothing has failed. */
export type ActionRequiredData = Common & {
  plan: { name: string } | null;
  due: Money;
  invoiceNumber: string | null;
  /** The hosted invoice, where the bank asks. */
  confirmUrl: string;
};

/** A one-time order whose money never came. */
export type OrderFailedData = Common & {
  plan: { name: string } | null;
  due: Money | null;
  retryUrl: string;
};

export type TrialEndingData = Common & {
  plan: { name: string } | null;
  trialEndsAt: Date;
  /** Before tax and discounts; null when it is not fixed. */
  firstCharge: Money | null;
  /** Where the plan can be cancelled, and payment details left. */
  manageUrl: string;
};

/** Whether access goes on is not known to this mail, so it does not say. */
export type RefundedData = Common & {
  plan: { name: string } | null;
  refunded: Money;
  isWhole: boolean;
  invoiceNumber: string | null;
  accountUrl: string;
};

export type AccessEndedData = Common & {
  plan: { name: string } | null;
  endedAt: Date;
  /** The code of an access decision; one that has no words here is left out. */
  reason: string | null;
  /** Where a plan can be chosen again. */
  returnUrl: string;
};

export type SignInLinkData = Omit<Common, 'person'> & {
  email: string;
  url: string;
  expiresAt: Date;
};
