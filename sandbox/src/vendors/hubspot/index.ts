import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { createRateWindow } from '../rate-window.ts';
import type { HttpVendor, VendorEnv } from '../vendor.ts';
import { contactRoutes } from './contact-routes.ts';
import { contactSchema, createContact, type Values } from './contacts.ts';
import { hubspotInbox } from './inbox.ts';
import { builtInGroups, builtInProperties, groupSchema, propertySchema } from './properties.ts';
import { propertyRoutes } from './property-routes.ts';
import { HubSpotRefusal, rateLimit, rateLimitHeaders, refuse, unauthorized } from './refusal.ts';

const stateSchema = z.object({
  nextId: z.number(),
  contacts: z.array(contactSchema),
  properties: z.array(propertySchema),
  groups: z.array(groupSchema),
});
export type HubSpotState = z.infer<typeof stateSchema>;

export type HubSpot = HttpVendor & { seed: (contacts: { email: string; properties: Values }[]) => string[] };

/** HubSpot's contacts: upsert by a unique property, e-mails that belong to one contact only, a search that lags. */
export function createHubSpot({ token, now }: { token: string; now: () => Date }): HubSpot {
  const state = emptyState();
  const limit = createRateWindow({ ...rateLimit, now });

  const routes = new Hono<VendorEnv>();
  routes.use(async (c, next) => {
    if (c.req.header('authorization') !== `Bearer ${token}`) throw unauthorized();
    const { allowed, remaining } = limit.take();
    if (!allowed) return refuse(429);
    await next();
    for (const [name, value] of Object.entries(rateLimitHeaders(remaining))) c.header(name, value);
    c.header('X-HubSpot-Correlation-Id', randomUUID());
    return undefined;
  });
  routes.get('/account-info/v3/details', (c) =>
    c.json({ portalId: 1_000_001, accountType: 'DEVELOPER_TEST', timeZone: 'UTC', companyCurrency: 'USD' }),
  );
  for (const version of ['2026-03', '2026-09']) {
    routes.route(`/crm/objects/${version}/contacts`, contactRoutes(state, now));
    routes.route(`/crm/properties/${version}/contacts`, propertyRoutes(state));
  }
  routes.route('/crm/v3/objects/contacts', contactRoutes(state, now));
  routes.route('/crm/v3/properties/contacts', propertyRoutes(state));
  routes.all('*', () => {
    throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', 'resource not found');
  });

  return {
    name: 'hubspot',
    title: 'HubSpot',
    about: 'Contacts, as the CRM holds them.',
    records: () => state,
    restore: (records) => void Object.assign(state, stateSchema.parse(records)),
    reset: () => void Object.assign(state, emptyState()),
    inbox: () => hubspotInbox(state),
    routes,
    refuse,
    seed: (contacts) =>
      contacts.map(({ email, properties }) => createContact(state, { ...properties, email }, now()).id),
  };
}

function emptyState(): HubSpotState {
  return { nextId: 101, contacts: [], properties: [...builtInProperties], groups: [...builtInGroups] };
}
