import type { Payloads } from '@onpaid/engine';

/** What we say in HubSpot's words. Every property of ours starts with `onpaid_`; everything else belongs to others. */

type Contact = Payloads['crm.contact'];

/** Unique at HubSpot, and holding the customer's id: the key that keeps one customer one contact. */
export const customerIdProperty = 'onpaid_customer_id';

export const propertyGroup = { name: 'onpaid', label: 'Onpaid' };

/** HubSpot refuses a `bool` that does not spell out both of its values. */
const yesOrNo = [
  { label: 'Yes', value: 'true', displayOrder: 0, hidden: false },
  { label: 'No', value: 'false', displayOrder: 1, hidden: false },
];

const definitions = [
  { name: customerIdProperty, label: 'Onpaid customer id', type: 'string', fieldType: 'text', hasUniqueValue: true },
  { name: 'onpaid_billing_status', label: 'Billing status', type: 'string', fieldType: 'text' },
  { name: 'onpaid_plan', label: 'Plan', type: 'string', fieldType: 'text' },
  { name: 'onpaid_has_access', label: 'Has access', type: 'bool', fieldType: 'booleancheckbox', options: yesOrNo },
  { name: 'onpaid_amount_cents', label: 'Amount in cents', type: 'number', fieldType: 'number' },
  { name: 'onpaid_currency', label: 'Currency', type: 'string', fieldType: 'text' },
  { name: 'onpaid_renews_at', label: 'Renews at', type: 'datetime', fieldType: 'date' },
  { name: 'onpaid_first_paid_at', label: 'First paid at', type: 'datetime', fieldType: 'date' },
];

export const propertyDefinitions = definitions.map((each) => ({ ...each, groupName: propertyGroup.name }));

/** The fields we own, as HubSpot's strings; an empty string clears. */
export function ownedProperties({ customerId, properties }: Contact): Record<string, string> {
  return {
    [customerIdProperty]: customerId,
    onpaid_billing_status: properties.billing_status,
    onpaid_plan: properties.plan ?? '',
    onpaid_has_access: String(properties.has_access),
    onpaid_amount_cents: properties.amount_cents?.toString() ?? '',
    onpaid_currency: properties.currency ?? '',
    onpaid_renews_at: properties.renews_at?.toISOString() ?? '',
    onpaid_first_paid_at: properties.first_paid_at?.toISOString() ?? '',
  };
}

/** The body that creates the contact, or updates the one that already carries this customer's id. */
export function upsertBody(contact: Contact) {
  const { [customerIdProperty]: _, ...owned } = ownedProperties(contact);
  const properties = { ...owned, ...introduction(contact) };
  return { inputs: [{ id: contact.customerId, idProperty: customerIdProperty, properties }] };
}

/** Address and name are said once, when the contact is made; from then on they belong to whoever works with it. */
function introduction({ email, name }: Contact): Record<string, string> {
  const [firstname = '', ...rest] = (name ?? '').trim().split(/\s+/);
  const lastname = rest.join(' ');
  return {
    ...(email !== null && { email }),
    ...(firstname !== '' && { firstname }),
    ...(lastname !== '' && { lastname }),
  };
}

/** A contact with this e-mail exists: HubSpot says which one only in words. */
export function existingIdIn(text: string): string | null {
  return /Existing ID:\s*(\d+)/i.exec(text)?.[1] ?? null;
}

export type Claim =
  | { kind: 'ours' }
  | { kind: 'adopt' }
  | { kind: 'taken'; customerId: string }
  | { kind: 'unverified' };

/**
 * Whether a contact found by its e-mail may become this customer's. A lead who is already there stays one contact; but an
 * address that nobody proved to own must not link a stranger's contact to somebody's billing.
 */
export function claimOf(owner: string | null, desired: Contact): Claim {
  if (owner === desired.customerId) return { kind: 'ours' };
  if (owner) return { kind: 'taken', customerId: owner };
  return desired.emailVerified ? { kind: 'adopt' } : { kind: 'unverified' };
}
