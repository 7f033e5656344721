import type { Failure, Result } from '@onpaid/engine';
import { z } from 'zod';
import { failureOf, type Reply } from '../failure.ts';
import { type Call, createHttpClient } from '../http.ts';
import { retryAt } from '../retry-after.ts';
import { customerIdProperty, existingIdIn, propertyGroup } from './map.ts';

const label = 'HubSpot';
/** HubSpot's version is a date in the path. */
const contacts = '/crm/objects/2026-03/contacts';
const properties = '/crm/properties/2026-03/contacts';

const contactSchema = z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullish()).default({}) });
export type FoundContact = { id: string; owner: string | null; requestId: string | null };

/** 200, or 207 when some of it failed: HubSpot then lists the errors beside an empty result. */
const batchSchema = z.object({
  results: z.array(contactSchema.extend({ new: z.boolean().optional() })),
  errors: z.array(z.object({ message: z.string().default(''), category: z.string().default('') })).default([]),
});

const propertyListSchema = z.object({
  results: z.array(z.object({ name: z.string(), hasUniqueValue: z.boolean().default(false) })),
});
const groupListSchema = z.object({ results: z.array(z.object({ name: z.string() })) });
const accountSchema = z.object({ portalId: z.number() });

export type HubSpotClient = ReturnType<typeof createHubSpotClient>;

/** The calls we make. Every one may be repeated: creating is keyed by a property that HubSpot keeps unique. */
export function createHubSpotClient({ token, baseUrl }: { token: string; baseUrl: string }) {
  const http = createHttpClient({
    label,
    baseUrl,
    secrets: [token],
    credentials: () => ({ authorization: `Bearer ${token}` }),
    refusal: hubspotRefusal,
  });
  const call = (what: string, method: string, path: string, body?: unknown): Call => ({
    what,
    method,
    path,
    repeatable: true,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    }),
  });

  const readContact = async (what: string, path: string, signal: AbortSignal): Promise<Result<FoundContact | null>> => {
    const sent = await http.sendForJson(
      call(what, 'GET', `${contacts}/${path}properties=${customerIdProperty}`),
      contactSchema,
      signal,
    );
    if (sent.ok) return { ok: true, value: found(sent.value.body, sent.value.reply) };
    return sent.failure.status === 404 ? { ok: true, value: null } : sent;
  };

  return {
    /** A read of the database, never of the search index, which learns of contacts late. */
    findByEmail: (email: string, signal: AbortSignal) =>
      readContact(
        'look up the contact with this e-mail address',
        `${encodeURIComponent(email)}?idProperty=email&`,
        signal,
      ),

    findById: (id: string, signal: AbortSignal) => readContact(`read contact ${id}`, `${id}?`, signal),

    findByCustomer: async (customerId: string, signal: AbortSignal): Promise<Result<FoundContact | null>> => {
      const body = {
        idProperty: customerIdProperty,
        properties: [customerIdProperty],
        propertiesWithHistory: [],
        inputs: [{ id: customerId }],
      };
      const asked = call('look up the contact of this customer', 'POST', `${contacts}/batch/read`, body);
      const sent = await http.sendForJson(asked, batchSchema, signal);
      if (!sent.ok) return sent;
      const [contact] = sent.value.body.results;
      return { ok: true, value: contact ? found(contact, sent.value.reply) : null };
    },

    update: async (id: string, values: Record<string, string>, signal: AbortSignal): Promise<Result<FoundContact>> => {
      const asked = call(`update contact ${id}`, 'PATCH', `${contacts}/${id}`, { properties: values });
      const sent = await http.sendForJson(asked, contactSchema, signal);
      return sent.ok ? { ok: true, value: found(sent.value.body, sent.value.reply) } : sent;
    },

    upsert: async (body: unknown, signal: AbortSignal): Promise<Result<FoundContact>> => {
      const asked = call('create the contact', 'POST', `${contacts}/batch/upsert`, body);
      const sent = await http.sendForJson(asked, batchSchema, signal);
      if (!sent.ok) return sent;
      const [contact] = sent.value.body.results;
      if (contact) return { ok: true, value: found(contact, sent.value.reply) };
      return { ok: false, failure: failureInBatch(sent.value.body.errors, sent.value.reply, asked) };
    },

    propertyNames: async (signal: AbortSignal) => {
      const sent = await http.sendForJson(
        call('list the contact properties', 'GET', properties),
        propertyListSchema,
        signal,
      );
      return sent.ok ? { ok: true as const, value: sent.value.body.results } : sent;
    },

    groupNames: async (signal: AbortSignal) => {
      const asked = call('list the property groups', 'GET', `${properties}/groups`);
      const sent = await http.sendForJson(asked, groupListSchema, signal);
      return sent.ok ? { ok: true as const, value: sent.value.body.results.map(({ name }) => name) } : sent;
    },

    createGroup: (signal: AbortSignal) =>
      http.send(
        call(`create the property group ${propertyGroup.name}`, 'POST', `${properties}/groups`, propertyGroup),
        signal,
      ),

    createProperty: (definition: { name: string }, signal: AbortSignal) =>
      http.send(call(`create the property ${definition.name}`, 'POST', properties, definition), signal),

    account: async (signal: AbortSignal): Promise<Result<string>> => {
      const asked = call('say which account this is', 'GET', '/account-info/v3/details');
      const sent = await http.sendForJson(asked, accountSchema, signal);
      return sent.ok ? { ok: true, value: String(sent.value.body.portalId) } : sent;
    },
  };
}

function found(contact: z.output<typeof contactSchema>, reply: Reply): FoundContact {
  return {
    id: contact.id,
    owner: contact.properties[customerIdProperty] || null,
    requestId: reply.headers['x-hubspot-correlation-id'] ?? null,
  };
}

/** A 207 that made nothing lists its reasons as they would have been refusals; what is not our fault is tried again. */
function failureInBatch(errors: z.output<typeof batchSchema>['errors'], reply: Reply, asked: Call): Failure {
  const [error = { category: '', message: '' }] = errors;
  const status = error.category === 'CONFLICT' ? 409 : error.category === 'VALIDATION_ERROR' ? 400 : 500;
  const refusal = { ...reply, status, text: JSON.stringify(error) };
  const now = new Date();
  return hubspotRefusal(refusal, asked, now) ?? failureOf(refusal, { label, ...asked }, now);
}

/** A daily limit ends at midnight of the account's own time zone, which is looked at again every hour. */
const dailyLimitWaitMs = 60 * 60 * 1000;

/** Where HubSpot's refusals mean more than their status says. */
export function hubspotRefusal(reply: Reply, _: Call, now: Date): Failure | null {
  const { status, text } = reply;
  if (status === 429) {
    const isDaily = /"policyName"\s*:\s*"DAILY"/.test(text);
    // HubSpot's Retry-After is not reliable; the interval of the limit is.
    const intervalMs = Number(reply.headers['x-hubspot-ratelimit-interval-milliseconds'] ?? 10_000);
    const waitMs = isDaily ? dailyLimitWaitMs : intervalMs;
    const which = isDaily ? 'the calls of this day are used up' : 'too many calls in a short time';
    return {
      kind: 'rate_limited',
      reason: `HubSpot: ${which}.`,
      retryAt: retryAt(withoutHints(reply), now, waitMs),
      status,
    };
  }
  if (status === 423 || status === 477) {
    return { kind: 'retryable', reason: `HubSpot answered ${status}: the record is locked or being moved.`, status };
  }
  if (status === 409) {
    const existingId = existingIdIn(text);
    return { kind: 'conflict', reason: 'HubSpot has a contact with this e-mail address already.', existingId, status };
  }
  if (
    status === 400 &&
    /PROPERTY_DOESNT_EXIST|Property \\*"[^"]*" does not exist|is not a unique property/i.test(text)
  ) {
    const reason =
      'HubSpot lacks a property that Onpaid writes. Run "npx onpaid setup" once, with a token that may create properties.';
    return { kind: 'invalid', reason, cause: 'unknown_property', status };
  }
  return null;
}

function withoutHints(reply: Reply): Reply {
  return { ...reply, headers: {}, text: '' };
}
