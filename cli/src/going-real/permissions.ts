import { describeStripeFailure, readStripeFailure } from '@onpaid/engine';
import type Stripe from 'stripe';

/** What a restricted key needs, one row each, and why: every call we make to Stripe is one of these. */
interface Permission {
  /** As the form for restricted keys calls it. */
  name: string;
  access: 'read' | 'write';
  /** `setup`: only for this command; it may be taken away again. `optional`: what is lost is said. */
  when: 'always' | 'setup' | 'optional';
  why: string;
  /** Changes nothing, and is answered whatever the account holds. */
  probe(stripe: Stripe): Promise<unknown>;
}

const one = { limit: 1 };

export const permissions: readonly Permission[] = [
  {
    name: 'Account',
    access: 'read',
    when: 'optional',
    why: 'whose key it is, so that two accounts never share a database',
    probe: (stripe) => stripe.accounts.retrieveCurrent(),
  },
  {
    name: 'Customers',
    access: 'write',
    when: 'always',
    why: 'a buyer is a customer before the checkout opens; read to verify what we believe',
    probe: (stripe) => stripe.customers.list(one),
  },
  {
    name: 'Subscriptions',
    access: 'read',
    when: 'always',
    why: 'access is revoked only after Stripe confirms it',
    probe: (stripe) => stripe.subscriptions.list(one),
  },
  {
    name: 'Invoices',
    access: 'read',
    when: 'always',
    why: 'what was paid, what failed, and what is still open',
    probe: (stripe) => stripe.invoices.list(one),
  },
  {
    name: 'Charges and refunds',
    access: 'read',
    when: 'always',
    why: 'a refund or a dispute names its charge, and the charge its customer',
    probe: (stripe) => stripe.charges.list(one),
  },
  {
    name: 'Payment intents',
    access: 'read',
    when: 'always',
    why: 'one-time payments, bank debits that settle later, and confirmation by the bank',
    probe: (stripe) => stripe.paymentIntents.list(one),
  },
  {
    name: 'Payment methods',
    access: 'read',
    when: 'always',
    why: 'brand, last four digits and expiry on the account page',
    probe: (stripe) => stripe.paymentMethods.list(one),
  },
  {
    name: 'Disputes',
    access: 'read',
    when: 'always',
    why: 'what a dispute does to access, and how it ended',
    probe: (stripe) => stripe.disputes.list(one),
  },
  {
    name: 'Radar: early fraud warnings',
    access: 'read',
    when: 'always',
    why: 'a warning comes before the dispute',
    probe: (stripe) => stripe.radar.earlyFraudWarnings.list(one),
  },
  {
    name: 'Prices',
    access: 'read',
    when: 'always',
    why: 'every amount shown comes from Stripe; write only for --create-prices',
    probe: (stripe) => stripe.prices.list(one),
  },
  {
    name: 'Products',
    access: 'read',
    when: 'always',
    why: 'the names behind the prices; write only for --create-prices',
    probe: (stripe) => stripe.products.list(one),
  },
  {
    name: 'Checkout sessions',
    access: 'write',
    when: 'always',
    why: 'the payment page, and what came of it',
    probe: (stripe) => stripe.checkout.sessions.list(one),
  },
  {
    name: 'Events',
    access: 'read',
    when: 'always',
    why: 'what a delivery did not bring is asked for',
    probe: (stripe) => stripe.events.list(one),
  },
  {
    name: 'Entitlements',
    access: 'read',
    when: 'optional',
    why: 'features that Stripe itself grants; without it plans alone decide',
    probe: (stripe) => stripe.entitlements.features.list(one),
  },
  {
    name: 'Customer portal',
    access: 'write',
    when: 'always',
    why: 'the page on which people change card and plan',
    probe: (stripe) => stripe.billingPortal.configurations.list(one),
  },
  {
    name: 'Webhook endpoints',
    access: 'write',
    when: 'setup',
    why: 'this command makes and compares the endpoint; read is enough afterwards',
    probe: (stripe) => stripe.webhookEndpoints.list(one),
  },
];

export interface Probed {
  permission: Permission;
  answer: 'has' | 'lacks' | 'not asked';
  detail: string;
}

/** A secret key may do everything. A restricted one is asked, by reads alone: whether it may also write shows only when it does. */
export async function probePermissions(stripe: Stripe, { isRestricted }: { isRestricted: boolean }): Promise<Probed[]> {
  return Promise.all(
    permissions.map(async (permission): Promise<Probed> => {
      if (!isRestricted) return { permission, answer: 'has', detail: '' };
      try {
        await permission.probe(stripe);
      } catch (error) {
        return { permission, ...judgeRefusal(error) };
      }
      if (permission.access === 'read') return { permission, answer: 'has', detail: '' };
      return { permission, answer: 'not asked', detail: 'it may read; whether it may write shows at the first write' };
    }),
  );
}

function judgeRefusal(error: unknown): Pick<Probed, 'answer' | 'detail'> {
  const failure = readStripeFailure(error);
  if (failure.kind !== 'permission') return { answer: 'not asked', detail: describeStripeFailure(failure) };
  return { answer: 'lacks', detail: failure.permission === null ? '' : `Stripe calls it ${failure.permission}` };
}

/** True when something would not work for want of it. */
export function isNeeded({ permission, answer }: Probed): boolean {
  return answer === 'lacks' && permission.when !== 'optional';
}
