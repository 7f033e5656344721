import { createHash } from 'node:crypto';
import { type BillingState, objectsOf } from '../billing/state.ts';

/** Who is buying, as far as Stripe has told: the customer object first, then the checkout, then an invoice. */
export interface Identity {
  stripeCustomerId: string | null;
  email: string | null;
  name: string | null;
  locale: string | null;
}

export function identify(state: BillingState): Identity {
  const customer = objectsOf(state, 'customer')[0];
  const checkout = objectsOf(state, 'checkout').find((it) => it.email !== null);
  const invoice = objectsOf(state, 'invoice').find((it) => it.customerEmail !== null);
  return {
    stripeCustomerId: state.subjectId.startsWith('cus_') ? state.subjectId : null,
    email: customer?.email ?? checkout?.email ?? invoice?.customerEmail ?? null,
    name: customer?.name ?? checkout?.name ?? invoice?.customerName ?? null,
    locale: customer?.locale ?? null,
  };
}

/** The same subject always gives the same canonical customer, so that a replay from nothing ends in the same ids. */
export function customerIdOf(subjectId: string): string {
  return `cust_${createHash('sha256').update(subjectId).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 20)}`;
}

/**
 * The form in which two addresses are compared: case and surrounding space do not distinguish people in practice. Dots and
 * plus tags stay, because at most providers they do.
 */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** What a person is called on screen. */
export function displayName(person: { name: string | null; email: string | null }): string {
  return person.name?.trim() || person.email || 'Unknown customer';
}
