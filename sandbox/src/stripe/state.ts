import type { Permissions } from './api/permissions.ts';
import type { ApiVersion } from './api-version.ts';
import { IndexedMap } from './indexed-map.ts';
import type {
  Charge,
  CheckoutSession,
  Customer,
  DeletedCustomer,
  Event,
  Invoice,
  InvoicePayment,
  LineItem,
  PaymentIntent,
  PaymentMethod,
  Price,
  Product,
  Subscription,
  WebhookEndpoint,
} from './objects.ts';

/** What a checkout session was asked for and its object does not show. */
export type CheckoutPlan = {
  lineItems: LineItem[];
  subscriptionMetadata: Record<string, string>;
  subscriptionDescription: string | null;
  paymentMetadata: Record<string, string>;
  paymentDescription: string | null;
};

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

/** Everything the stand-in remembers; each map keeps the order in which its rows came to be. */
export type State = {
  products: Map<string, Product>;
  prices: Map<string, Price>;
  customers: Map<string, Customer>;
  deletedCustomers: Map<string, DeletedCustomer>;
  paymentMethods: Map<string, PaymentMethod>;
  checkoutSessions: Map<string, CheckoutSession>;
  checkoutPlans: Map<string, CheckoutPlan>;
  subscriptions: Map<string, Subscription>;
  invoices: Map<string, Invoice>;
  invoicePayments: Map<string, InvoicePayment>;
  paymentIntents: Map<string, PaymentIntent>;
  charges: Map<string, Charge>;
  webhookEndpoints: Map<string, WebhookEndpoint>;
  endpointSecrets: Map<string, string[]>;
  /** Secrets that were rolled, and the moment in milliseconds at which they stop to sign. */
  retiringSecrets: Map<string, number>;
  events: Map<string, Event>;
  deliveries: Map<string, Delivery>;
  savedAnswers: Map<string, SavedAnswer>;
  restrictedKeys: Map<string, Permissions>;
};

export function emptyState(): State {
  return {
    products: new Map(),
    prices: new Map(),
    customers: new Map(),
    deletedCustomers: new Map(),
    paymentMethods: new Map(),
    checkoutSessions: new Map(),
    checkoutPlans: new Map(),
    subscriptions: new Map(),
    invoices: new Map(),
    invoicePayments: new Map(),
    paymentIntents: new Map(),
    charges: new Map(),
    webhookEndpoints: new Map(),
    endpointSecrets: new Map(),
    retiringSecrets: new Map(),
    events: new IndexedMap(),
    deliveries: new Map(),
    savedAnswers: new Map(),
    restrictedKeys: new Map(),
  };
}

const tableNames = Object.keys(emptyState()) as (keyof State)[];

export function stateToJson(state: State): unknown {
  return Object.fromEntries(tableNames.map((name) => [name, [...state[name]]]));
}

/** The file is our own writing, so its rows are believed; a table it does not know yet starts empty. */
export function stateFromJson(json: unknown): State {
  const saved = (json ?? {}) as Record<string, [string, never][] | undefined>;
  const state = emptyState();
  for (const name of tableNames) for (const [id, row] of saved[name] ?? []) state[name].set(id, row);
  return state;
}

export function clearState(state: State): void {
  for (const name of tableNames) state[name].clear();
}
