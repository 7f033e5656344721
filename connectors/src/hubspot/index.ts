import type { Connection, Delivered, Failure, Payloads, Result, SendContext } from '@onpaid/engine';
import { z } from 'zod';
import { createHubSpotClient, type FoundContact, type HubSpotClient } from './client.ts';
import { claimOf, customerIdProperty, ownedProperties, propertyDefinitions, propertyGroup, upsertBody } from './map.ts';

type Contact = Payloads['crm.contact'];

export const hubspotSettings = z.object({
  token: z.string().min(1),
  baseUrl: z.url().default('https://api.hubapi.com'),
});

/** HubSpot as the CRM: one contact a customer, found by a property of ours that HubSpot keeps unique. */
export function connectHubSpot(settings: z.input<typeof hubspotSettings>): Connection {
  const client = createHubSpotClient(hubspotSettings.parse(settings));
  return {
    slot: 'crm',
    vendor: 'hubspot',
    label: 'HubSpot',
    // The smallest plan allows 100 calls in 10 seconds, shared with whatever else uses the token.
    ratePerSecond: 8,
    handlers: {
      'crm.contact': {
        shape: 'state',
        guarantee: { kind: 'exactly_once' },
        apply: (desired, context) => applyContact(client, desired, context),
      },
    },
    probe: async (signal) => {
      const account = await client.account(signal);
      return account.ok ? { ok: true, value: { account: account.value } } : account;
    },
    setup: (signal) => setUp(client, signal),
  };
}

async function applyContact(
  client: HubSpotClient,
  desired: Contact,
  { remoteId, signal }: SendContext,
): Promise<Result<Delivered>> {
  if (remoteId !== null) {
    const updated = await client.update(remoteId, ownedProperties(desired), signal);
    // Merged or deleted since: whoever carries our key now is the one.
    if (updated.ok || updated.failure.status !== 404) return delivered(updated);
  }

  const known = await client.findByCustomer(desired.customerId, signal);
  if (!known.ok) return known;
  if (known.value) return delivered(await client.update(known.value.id, ownedProperties(desired), signal));

  if (desired.email !== null) {
    const match = await client.findByEmail(desired.email, signal);
    if (!match.ok) return match;
    if (match.value) return claim(client, match.value, desired, signal);
  }

  const created = await client.upsert(upsertBody(desired), signal);
  if (created.ok || created.failure.kind !== 'conflict' || created.failure.existingId === null)
    return delivered(created);
  // Somebody else made it between our look and our write, or the address is a secondary one.
  const existing = await client.findById(created.failure.existingId, signal);
  if (!existing.ok) return existing;
  if (existing.value) return claim(client, existing.value, desired, signal);
  const reason = `HubSpot says that contact ${created.failure.existingId} has this e-mail address, and does not show it yet.`;
  return refuse({ kind: 'retryable', reason });
}

/** A contact that was found by its e-mail address: ours, one to adopt, or one to leave alone and ask about. */
async function claim(
  client: HubSpotClient,
  contact: FoundContact,
  desired: Contact,
  signal: AbortSignal,
): Promise<Result<Delivered>> {
  const verdict = claimOf(contact.owner, desired);
  switch (verdict.kind) {
    case 'ours':
      return delivered(await client.update(contact.id, ownedProperties(desired), signal));
    case 'adopt':
      return delivered(
        await client.update(contact.id, ownedProperties(desired), signal),
        `Adopted contact ${contact.id}, which was there already with the verified e-mail address.`,
      );
    case 'taken':
      return refuse({
        kind: 'invalid',
        cause: 'contact_of_another_customer',
        reason: `HubSpot contact ${contact.id} has this e-mail address and belongs to customer ${verdict.customerId}. Merge the two customers, or change ${customerIdProperty} of that contact.`,
      });
    case 'unverified':
      return refuse({
        kind: 'invalid',
        cause: 'unverified_match',
        reason: `HubSpot contact ${contact.id} has this customer's e-mail address, which is not verified yet. It is linked by itself once the customer signs in; or set ${customerIdProperty} of that contact to ${desired.customerId}.`,
      });
    default:
      return verdict satisfies never;
  }
}

function refuse(failure: Failure): Result<never> {
  return { ok: false, failure };
}

/** A conflict leaves without an id: whoever sees one writes to that contact next, and only a claim may decide so. */
function delivered(updated: Result<FoundContact>, note?: string): Result<Delivered> {
  if (!updated.ok) {
    const { failure } = updated;
    return refuse(failure.kind === 'conflict' ? { ...failure, existingId: null } : failure);
  }
  const { id, requestId } = updated.value;
  return { ok: true, value: { remoteId: id, status: 200, vendorRequestId: requestId, ...(note && { note }) } };
}

async function setUp(
  client: HubSpotClient,
  signal: AbortSignal,
): Promise<Result<{ created: string[]; existing: string[] }>> {
  const [groups, properties] = [await client.groupNames(signal), await client.propertyNames(signal)];
  if (!groups.ok) return groups;
  if (!properties.ok) return properties;

  const key = properties.value.find(({ name }) => name === customerIdProperty);
  if (key && !key.hasUniqueValue) {
    const reason = `HubSpot has a contact property ${customerIdProperty} that is not unique, so it cannot keep one customer one contact. Archive it, then run "npx onpaid setup" again.`;
    return refuse({ kind: 'invalid', cause: 'property_not_unique', reason });
  }
  if (!groups.value.includes(propertyGroup.name)) {
    const made = await client.createGroup(signal);
    if (!made.ok && made.failure.kind !== 'conflict') return made;
  }
  const existing = new Set(properties.value.map(({ name }) => name));
  const missing = propertyDefinitions.filter(({ name }) => !existing.has(name));
  for (const definition of missing) {
    const made = await client.createProperty(definition, signal);
    // Made by another process in the meantime.
    if (!made.ok && made.failure.kind !== 'conflict') return made;
  }
  return {
    ok: true,
    value: {
      created: missing.map(({ name }) => name),
      existing: propertyDefinitions.map(({ name }) => name).filter((name) => existing.has(name)),
    },
  };
}
