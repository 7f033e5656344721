import { createHash } from 'node:crypto';
import { type BillingState, objectsOf } from '../billing/state.ts';

/** Who is buying, as far as Stripe has told: the subject's own object first, then customers, checkouts and invoices. */
export interface Identity {
  stripeCustomerId: string | null;
  email: string | null;
  name: string | null;
  locale: string | null;
}

/**
 * A buyer may be several customers at Stripe. What another than their own says never redirects their mail: it only fills in
 * what their own leaves open, the oldest first.
 */
export function identify(state: BillingState): Identity {
  const { subjectId } = state;
  const own = <T extends { id: string }>(objects: T[]): T[] => objects.filter((it) => it.id === subjectId);
  const customers = objectsOf(state, 'customer').sort(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
  );
  const checkouts = objectsOf(state, 'checkout');
  const told: Told[] = [
    ...own(customers),
    ...own(checkouts),
    ...customers,
    ...checkouts,
    ...objectsOf(state, 'invoice').map(({ customerEmail: email, customerName: name }) => ({ email, name })),
  ];
  // One that Stripe has deleted opens nothing there; another of theirs does.
  const isOwn = subjectId.startsWith('cus_') && !(state.objects[subjectId]?.deleted && customers.length > 0);
  return {
    stripeCustomerId: isOwn ? subjectId : (customers[0]?.id ?? null),
    email: told.find((it) => it.email !== null)?.email ?? null,
    name: told.find((it) => it.name !== null)?.name ?? null,
    locale: told.find((it) => it.locale)?.locale ?? null,
  };
}

type Told = Pick<Identity, 'email' | 'name'> & { locale?: string | null };

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
