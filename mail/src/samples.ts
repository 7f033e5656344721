import type {
  AccessEndedData,
  ActionRequiredData,
  Brand,
  OrderFailedData,
  PaymentFailedData,
  RefundedData,
  SignInLinkData,
  TrialEndingData,
  WelcomeData,
} from './types.ts';

/** Each mail with everything it can say, for the preview and the tests. */

const brand: Brand = {
  name: 'Northwind Notes',
  url: 'https://northwind.example',
  accentColor: '#0f766e',
  supportEmail: 'help@northwind.example',
  postalAddress: '4 Harbour Street, Portland, OR 97201',
};
const common = { brand, locale: 'en', person: { email: 'ana@example.com', name: 'Ana Silva' } } as const;

export const sampleWelcome: WelcomeData = {
  ...common,
  plan: { name: 'Pro' },
  paid: { amountCents: 2900, currency: 'usd' },
  paidAt: new Date('2026-11-22T14:02:07Z'),
  invoiceNumber: 'NW-0042',
  invoiceUrl: 'https://invoice.stripe.example/i/acct_1/test_42',
  accountUrl: 'https://northwind.example/account',
};

export const samplePaymentFailed: PaymentFailedData = {
  ...common,
  plan: { name: 'Pro' },
  due: { amountCents: 2900, currency: 'usd' },
  failureCode: 'expired_card',
  invoiceNumber: 'NW-0043',
  nextAttemptAt: new Date('2026-12-25T14:02:00Z'),
  graceEndsAt: new Date('2026-12-29T14:02:00Z'),
  payUrl: 'https://invoice.stripe.example/i/acct_1/test_43?pay=1&from=mail',
};

export const sampleActionRequired: ActionRequiredData = {
  ...common,
  plan: { name: 'Pro' },
  due: { amountCents: 2900, currency: 'usd' },
  invoiceNumber: 'NW-0044',
  confirmUrl: 'https://invoice.stripe.example/i/acct_1/test_44?confirm=1&from=mail',
};

export const sampleOrderFailed: OrderFailedData = {
  ...common,
  plan: { name: 'Lifetime' },
  due: { amountCents: 14900, currency: 'usd' },
  retryUrl: 'https://northwind.example/pricing',
};

export const sampleTrialEnding: TrialEndingData = {
  ...common,
  plan: { name: 'Pro' },
  trialEndsAt: new Date('2026-12-06T14:02:00Z'),
  firstCharge: { amountCents: 2900, currency: 'usd' },
  manageUrl: 'https://northwind.example/account',
};

export const sampleRefunded: RefundedData = {
  ...common,
  plan: { name: 'Pro' },
  refunded: { amountCents: 1450, currency: 'usd' },
  isWhole: false,
  invoiceNumber: 'NW-0043',
  accountUrl: 'https://northwind.example/account',
};

export const sampleAccessEnded: AccessEndedData = {
  ...common,
  plan: { name: 'Pro' },
  endedAt: new Date('2026-12-29T14:02:00Z'),
  reason: 'grace_over',
  returnUrl: 'https://northwind.example/pricing',
};

export const sampleSignInLink: SignInLinkData = {
  brand,
  locale: 'en',
  email: 'ana@example.com',
  url: 'https://northwind.example/sign-in/verify?token=4f9c2c1e5b6d4f0ab0c9&next=%2Faccount',
  expiresAt: new Date('2026-11-22T14:17:00Z'),
};
