import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { VendorEnv } from '../vendor.ts';
import { readBody } from './body.ts';
import { type Contact, createContact, findContact, getContact, updateContact, upsertContact } from './contacts.ts';
import type { HubSpotState } from './index.ts';
import { checkValues } from './properties.ts';
import { type HubSpotError, HubSpotRefusal } from './refusal.ts';

// A contact is not found by search before this much time has passed: "absent" must never be decided from search.
const searchLagMs = 5_000;

const values = z.record(z.string(), z.string());
const upsertSchema = z.object({
  inputs: z
    .array(
      z.object({
        id: z.string().min(1),
        idProperty: z.string().min(1),
        objectWriteTraceId: z.string().optional(),
        properties: values,
      }),
    )
    .min(1)
    .max(100),
});
const readSchema = z.object({
  inputs: z.array(z.object({ id: z.string() })).max(100),
  idProperty: z.string().optional(),
  properties: z.array(z.string()).default([]),
});
const searchSchema = z.object({
  filterGroups: z
    .array(
      z.object({
        filters: z.array(z.object({ propertyName: z.string(), operator: z.literal('EQ'), value: z.string() })),
      }),
    )
    .default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(1).max(200).default(10),
});

export function contactRoutes(state: HubSpotState, now: () => Date): Hono<VendorEnv> {
  const routes = new Hono<VendorEnv>();

  routes.get('/', (c) => {
    const limit = Number(c.req.query('limit') ?? 10);
    const living = state.contacts.filter((contact) => !contact.archived);
    return c.json({ results: living.slice(0, limit).map((contact) => shown(contact, wanted(c))) });
  });

  routes.post('/', async (c) => {
    const { properties } = await readBody(c, z.object({ properties: values }));
    const contact = createContact(state, properties, now());
    c.set('note', `created contact ${contact.id}`);
    return c.json(shown(contact, Object.keys(properties)), 201);
  });

  routes.post('/batch/upsert', async (c) => {
    const { inputs } = await readBody(c, upsertSchema);
    // Values that fit no property refuse the whole batch; what is wrong with one contact only refuses that one.
    for (const input of inputs) checkValues(state.properties, input.properties);
    const startedAt = now().toISOString();
    const notes: string[] = [];
    const results: unknown[] = [];
    const refusals: HubSpotRefusal[] = [];
    let changedAny = false;
    for (const input of inputs) {
      try {
        const { contact, isNew, changed } = upsertContact(state, input, now());
        changedAny ||= changed;
        notes.push(`${isNew ? 'created' : changed ? 'updated' : 'left as it was:'} contact ${contact.id}`);
        results.push({
          ...shown(contact, Object.keys(input.properties)),
          new: isNew,
          ...(input.objectWriteTraceId && { objectWriteTraceId: input.objectWriteTraceId }),
        });
      } catch (error) {
        if (!(error instanceof HubSpotRefusal)) throw error;
        refusals.push(error);
      }
    }
    const [first] = refusals;
    if (first && results.length === 0) throw first;
    c.set('note', notes.join(', '));
    c.set('duplicate', !changedAny);
    const reply = { status: 'COMPLETE', results, startedAt, completedAt: now().toISOString() };
    if (!first) return c.json(reply);
    const errors: HubSpotError[] = refusals.map(({ body }) => body);
    return c.json({ ...reply, numErrors: errors.length, errors }, 207);
  });

  routes.post('/batch/read', async (c) => {
    const { inputs, idProperty, properties } = await readBody(c, readSchema);
    const found = inputs.map(({ id }) => ({ id, contact: findContact(state, id, idProperty) }));
    const missing = found.filter(({ contact }) => !contact).map(({ id }) => id);
    const reply = {
      status: 'COMPLETE',
      results: found.flatMap(({ contact }) => (contact ? [shown(contact, properties)] : [])),
    };
    if (missing.length === 0) return c.json(reply);
    const { body } = new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'Could not get some CONTACT objects', {
      ids: missing,
    });
    return c.json({ ...reply, numErrors: 1, errors: [body] }, 207);
  });

  routes.post('/search', async (c) => {
    const { filterGroups, properties, limit } = await readBody(c, searchSchema);
    const indexedUntil = now().getTime() - searchLagMs;
    const found = state.contacts
      .filter((contact) => !contact.archived && Date.parse(contact.createdAt) <= indexedUntil)
      .filter(
        (contact) =>
          filterGroups.length === 0 ||
          filterGroups.some(({ filters }) =>
            filters.every(({ propertyName, value }) => contact.properties[propertyName] === value),
          ),
      );
    return c.json({ total: found.length, results: found.slice(0, limit).map((each) => shown(each, properties)) });
  });

  routes.get('/:id', (c) => {
    return c.json(shown(getContact(state, c.req.param('id'), c.req.query('idProperty')), wanted(c)));
  });

  routes.patch('/:id', async (c) => {
    const { properties } = await readBody(c, z.object({ properties: values }));
    const contact = getContact(state, c.req.param('id'), c.req.query('idProperty'));
    const changed = updateContact(state, contact, properties, now());
    c.set('duplicate', !changed);
    c.set('note', `${changed ? 'updated' : 'left as it was:'} contact ${contact.id}`);
    return c.json(shown(contact, Object.keys(properties)));
  });

  routes.delete('/:id', (c) => {
    const contact = findContact(state, c.req.param('id'));
    if (contact) contact.archived = true;
    return c.body(null, 204);
  });

  return routes;
}

function wanted(c: Context<VendorEnv>): string[] {
  return (c.req.queries('properties') ?? []).flatMap((each) => each.split(','));
}

/** A contact as HubSpot shows it: a few properties always, others when asked for, null when they are empty. */
function shown(contact: Contact, names: string[]) {
  const always = ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'];
  const values: Record<string, string> = { ...contact.properties, lastmodifieddate: contact.updatedAt };
  return {
    id: contact.id,
    properties: Object.fromEntries([...always, ...names].map((name) => [name, values[name] ?? null])),
    createdAt: contact.createdAt,
    updatedAt: contact.updatedAt,
    archived: contact.archived,
  };
}
