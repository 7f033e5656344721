import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { createRateWindow } from '../rate-window.ts';
import type { HttpVendor, VendorEnv } from '../vendor.ts';
import { savedReplySchema } from './idempotency.ts';
import { zendeskInbox } from './inbox.ts';
import { refuse } from './refusal.ts';
import { ticketRoutes } from './ticket-routes.ts';
import { ticketSchema } from './tickets.ts';
import { userRoutes } from './user-routes.ts';
import { userSchema } from './users.ts';

const perMinute = 700;

const stateSchema = z.object({
  nextUserId: z.number(),
  nextTicketId: z.number(),
  nextCommentId: z.number(),
  users: z.array(userSchema),
  tickets: z.array(ticketSchema),
  savedReplies: z.array(savedReplySchema),
});
export type ZendeskState = z.infer<typeof stateSchema>;

/** Zendesk's users and tickets: idempotency keys for two hours, external ids, tags, safe updates. */
export function createZendesk(options: { email: string; token: string; now: () => Date }): HttpVendor {
  const { email, token, now } = options;
  const state = emptyState();
  const limit = createRateWindow({ max: perMinute, perMs: 60_000, now });
  const authorization = `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`;

  const routes = new Hono<VendorEnv>();
  routes.use(async (c, next) => {
    if (c.req.header('authorization') !== authorization) return refuse(401);
    const { allowed, remaining, waitMs } = limit.take();
    if (!allowed) return refuse(429, Math.ceil(waitMs / 1000));
    await next();
    c.header('X-Rate-Limit', String(perMinute));
    c.header('X-Rate-Limit-Remaining', String(remaining));
    c.header('X-Request-Id', randomUUID());
    return undefined;
  });
  routes.route('/api/v2/users', userRoutes(state, now));
  routes.route('/api/v2/tickets', ticketRoutes(state, now));
  routes.all('*', (c) => c.json({ error: 'InvalidEndpoint', description: 'Not found' }, 404));

  return {
    name: 'zendesk',
    title: 'Zendesk',
    about: 'Support tickets and the people they are about.',
    records: () => state,
    restore: (records) => void Object.assign(state, stateSchema.parse(records)),
    reset: () => void Object.assign(state, emptyState()),
    inbox: () => zendeskInbox(state),
    routes,
    refuse,
  };
}

function emptyState(): ZendeskState {
  return { nextUserId: 9001, nextTicketId: 1, nextCommentId: 501, users: [], tickets: [], savedReplies: [] };
}
