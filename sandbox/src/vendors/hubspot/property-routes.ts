import { Hono } from 'hono';
import { z } from 'zod';
import type { VendorEnv } from '../vendor.ts';
import { readBody } from './body.ts';
import type { HubSpotState } from './index.ts';
import { createProperty, groupSchema, type Property } from './properties.ts';
import { HubSpotRefusal } from './refusal.ts';

const batchSchema = z.object({ inputs: z.array(z.unknown()).min(1).max(100) });

export function propertyRoutes(state: HubSpotState): Hono<VendorEnv> {
  const routes = new Hono<VendorEnv>();

  routes.get('/', (c) => c.json({ results: state.properties }));

  routes.post('/', async (c) => {
    const property = createProperty(state.properties, state.groups, await readBody(c, z.unknown()));
    c.set('note', `created property ${property.name}`);
    return c.json(property, 201);
  });

  routes.post('/batch/create', async (c) => {
    const { inputs } = await readBody(c, batchSchema);
    const results: Property[] = [];
    for (const input of inputs) results.push(createProperty(state.properties, state.groups, input));
    c.set('note', `created properties ${results.map(({ name }) => name).join(', ')}`);
    return c.json({ status: 'COMPLETE', results }, 201);
  });

  routes.get('/groups', (c) => c.json({ results: state.groups }));

  routes.post('/groups', async (c) => {
    const group = await readBody(c, groupSchema);
    if (state.groups.some(({ name }) => name === group.name)) {
      throw new HubSpotRefusal(409, 'OBJECT_ALREADY_EXISTS', `A property group named '${group.name}' already exists.`);
    }
    state.groups.push(group);
    return c.json({ ...group, archived: false, displayOrder: -1 }, 201);
  });

  routes.get('/:name', (c) => {
    const property = state.properties.find(({ name }) => name === c.req.param('name'));
    if (!property) throw new HubSpotRefusal(404, 'OBJECT_NOT_FOUND', `Property ${c.req.param('name')} does not exist`);
    return c.json(property);
  });

  return routes;
}
