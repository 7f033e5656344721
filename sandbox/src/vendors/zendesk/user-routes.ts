import { Hono } from 'hono';
import { z } from 'zod';
import type { VendorEnv } from '../vendor.ts';
import { parseBody } from './body.ts';
import type { ZendeskState } from './index.ts';
import { notFound } from './refusal.ts';
import { stamp } from './tickets.ts';
import { createOrUpdateUser, findByExternalId, userInputSchema } from './users.ts';

export function userRoutes(state: ZendeskState, now: () => Date): Hono<VendorEnv> {
  const routes = new Hono<VendorEnv>();

  routes.get('/me', (c) => c.json({ user: { id: 1, name: 'Onpaid', role: 'admin', active: true } }));

  routes.post('/create_or_update', async (c) => {
    const { user: input } = parseBody(await c.req.text(), z.object({ user: userInputSchema }));
    const { user, isNew, changed } = createOrUpdateUser(state, input, stamp(now()));
    c.set('duplicate', !changed);
    c.set('note', `${isNew ? 'created' : changed ? 'updated' : 'left as it was:'} user ${user.id}`);
    return c.json({ user }, isNew ? 201 : 200);
  });

  routes.get('/search', (c) => {
    const externalId = c.req.query('external_id');
    const query = c.req
      .query('query')
      ?.replace(/^email:/, '')
      .toLowerCase();
    const users = externalId
      ? [findByExternalId(state, externalId)].filter((user) => user !== undefined)
      : state.users.filter((user) => user.email === query);
    return c.json({ users, count: users.length, next_page: null, previous_page: null });
  });

  routes.get('/:id', (c) => {
    const user = state.users.find(({ id }) => String(id) === c.req.param('id'));
    if (!user) throw notFound();
    return c.json({ user });
  });

  return routes;
}
