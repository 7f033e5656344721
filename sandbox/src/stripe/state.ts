import type { Permissions } from './api/permissions.ts';
import type { ApiVersion } from './api-version.ts';
import type {
  ActiveEntitlement,
  Charge,
  CheckoutSession,
  Coupon,
  Customer,
  DeletedCustomer,
  Discount,
  Dispute,
  EarlyFraudWarning,
  Event,
  Feature,
  Invoice,
  InvoiceItem,
  InvoicePayment,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  PortalConfiguration,
  PortalSession,
  Price,
  Product,
  ProductFeature,
  PromotionCode,
  Refund,
  Subscription,
  WebhookEndpoint,
} from './objects.ts';
import { Table } from './table.ts';

/** What a checkout session was asked for and its object does not show. */
export type CheckoutPlan = {
  lineItems: LineItem[];
  subscriptionMetadata: Record<string, string>;
  subscriptionDescription: string | null;
  paymentMetadata: Record<string, string>;
  paymentDescription: string | null;
  trialEnd: TrialEnd | null;
  missingPaymentMethod: MissingPaymentMethod;
  /** The coupon and the code it came by. */
  coupons: { coupon: string; promotionCode: string | null }[];
};

/** A trial of some days begins when the person subscribes, one with an end ends then. */
export type TrialEnd = { days: number } | { at: number };

export type MissingPaymentMethod = 'cancel' | 'create_invoice' | 'pause';

/** What the account's owner would set in Stripe's dashboard, and how far the clock was put forward. */
export type Settings = {
  clockOffsetSeconds: number;
  afterLastRetry: 'cancel' | 'past_due' | 'unpaid';
  bankDebitDays: number;
  /** How long events are listed and can be retrieved. Stripe's thirty days, unless a test looks further back. */
  eventDays: number;
};

/** A bank debit on its way: when the bank answers, and what. */
export type Settlement = { at: number; succeeds: boolean };

export type Attempt = { at: string; status: number | null; body: string; error: string | null; durationMs: number };

/** One copy of one event on its way to one endpoint. */
export type Delivery = {
  id: string;
  event: string;
  endpoint: string;
  /** As a thin event; otherwise as a snapshot, in today's version unless another is named. */
  thin?: true;
  apiVersion?: ApiVersion;
  status: 'pending' | 'delivered' | 'dropped' | 'failed';
  created: string;
  dueAt: string;
  attempts: Attempt[];
};

export type SavedAnswer = { fingerprint: string; status: number; body: unknown; savedAt: number };

/** Everything the stand-in remembers; each table keeps the order in which its rows came to be. */
export type State = ReturnType<typeof emptyState>;

export function emptyState() {
  return {
    settings: new Table<Settings>(),
    products: new Table<Product>(),
    prices: new Table<Price>(),
    coupons: new Table<Coupon>(),
    promotionCodes: new Table<PromotionCode>(),
    features: new Table<Feature>(),
    productFeatures: new Table<{ product: string; feature: ProductFeature }>({ product: ({ product }) => product }),
    activeEntitlements: new Table<{ customer: string; entitlement: ActiveEntitlement }>({
      customer: ({ customer }) => customer,
    }),
    portalConfigurations: new Table<PortalConfiguration>(),
    portalSessions: new Table<PortalSession>(),
    customers: new Table<Customer>({ email: (customer) => customer.email }),
    deletedCustomers: new Table<DeletedCustomer>(),
    paymentMethods: new Table<PaymentMethod>({ customer: (method) => method.customer }),
    checkoutSessions: new Table<CheckoutSession>({
      customer: (session) => session.customer,
      invoice: (session) => session.invoice,
      payment_intent: (session) => session.payment_intent,
      subscription: (session) => session.subscription,
    }),
    checkoutPlans: new Table<CheckoutPlan>(),
    subscriptions: new Table<Subscription>({ customer: (subscription) => subscription.customer }),
    discounts: new Table<Discount>(),
    invoices: new Table<Invoice>({
      customer: (invoice) => invoice.customer,
      subscription: (invoice) => invoice.parent?.subscription_details?.subscription,
    }),
    invoiceItems: new Table<InvoiceItem>({
      customer: (item) => item.customer,
      subscription: (item) => item.parent?.subscription_details?.subscription,
    }),
    invoicePayments: new Table<InvoicePayment>({
      invoice: (payment) => payment.invoice,
      payment_intent: (payment) => payment.payment.payment_intent,
    }),
    paymentIntents: new Table<PaymentIntent>({ customer: (intent) => intent.customer }),
    settlements: new Table<Settlement>(),
    charges: new Table<Charge>({
      customer: (charge) => charge.customer,
      payment_intent: (charge) => charge.payment_intent,
    }),
    refunds: new Table<Refund>({
      charge: (refund) => refund.charge,
      payment_intent: (refund) => refund.payment_intent,
    }),
    disputes: new Table<Dispute>({
      charge: (dispute) => dispute.charge,
      payment_intent: (dispute) => dispute.payment_intent,
    }),
    earlyFraudWarnings: new Table<EarlyFraudWarning>({
      charge: (warning) => warning.charge,
      payment_intent: (warning) => warning.payment_intent,
    }),
    /** Of what time alone brings and is told once: told already. */
    told: new Table<number>(),
    webhookEndpoints: new Table<WebhookEndpoint>(),
    endpointSecrets: new Table<string[]>(),
    /** Secrets that were rolled, and the moment in milliseconds at which they stop to sign. */
    retiringSecrets: new Table<number>(),
    restrictedKeys: new Table<Permissions>(),
    events: new Table<Event>(),
    deliveries: new Table<Delivery>(),
    savedAnswers: new Table<SavedAnswer>(),
  };
}

const usualSettings: Settings = { clockOffsetSeconds: 0, afterLastRetry: 'cancel', bankDebitDays: 5, eventDays: 30 };

export function settingsOf(state: State): Settings {
  return { ...usualSettings, ...state.settings.get('account') };
}

export function changeSettings(state: State, patch: Partial<Settings>): void {
  state.settings.set('account', { ...settingsOf(state), ...patch });
}

const tableNames = Object.keys(emptyState()) as (keyof State)[];

/** The state of this moment as lines, one a row, which are made while they are asked for. */
export function stateToLines(state: State): Iterable<string> {
  return linesOf(tableNames.map((name) => ({ name, rows: state[name].snapshot() })));
}

type TableSnapshot = { name: string; rows: ReturnType<Table<unknown>['snapshot']> };

function* linesOf(snapshots: readonly TableSnapshot[]): Generator<string> {
  for (const { name, rows } of snapshots) {
    for (const [id, json] of rows) yield `["${name}",${JSON.stringify(id)},${json}]`;
  }
}

type Line = [name: string, id: string, row: never];
type WholeState = Record<string, [id: string, row: never][]>;

/** The file is our own writing, so its rows are believed; a table it does not know yet starts empty. */
export function stateFromLines(lines: Iterable<unknown>): State {
  const state = emptyState();
  const restore = ([name, id, row]: Line) => {
    if (Object.hasOwn(state, name)) state[name as keyof State].set(id, row);
  };
  for (const line of lines) {
    if (Array.isArray(line)) restore(line as Line);
    else for (const row of rowsOf(line as WholeState)) restore(row);
  }
  return state;
}

/** All tables in one object: files were of that once. */
function rowsOf(state: WholeState): Line[] {
  return Object.entries(state).flatMap(([name, rows]) => rows.map(([id, row]): Line => [name, id, row]));
}

export function clearState(state: State): void {
  for (const name of tableNames) state[name].clear();
}
