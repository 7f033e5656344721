import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { VendorEnv } from '../vendor.ts';
import { parseBody } from './body.ts';
import { lookUp, save } from './idempotency.ts';
import type { ZendeskState } from './index.ts';
import {
  createTicket,
  getTicket,
  stamp,
  type Ticket,
  ticketInputSchema,
  ticketUpdateSchema,
  tidy,
  touch,
  updateTicket,
} from './tickets.ts';

const tagsSchema = z.object({
  tags: z.array(z.string()),
  safe_update: z.union([z.boolean(), z.stringbool()]).optional(),
  updated_stamp: z.string().optional(),
});

export function ticketRoutes(state: ZendeskState, now: () => Date): Hono<VendorEnv> {
  const routes = new Hono<VendorEnv>();

  routes.get('/', (c) => {
    const externalId = c.req.query('external_id');
    const tickets = state.tickets.filter((ticket) => externalId === undefined || ticket.external_id === externalId);
    return c.json({ tickets: tickets.map(shown), count: tickets.length, next_page: null, previous_page: null });
  });

  routes.post('/', async (c) => {
    const key = c.req.header('idempotency-key');
    const body = await c.req.text();
    const at = now();
    const saved = key === undefined ? undefined : lookUp(state.savedReplies, key, body, at.getTime());
    if (saved) {
      c.set('duplicate', true);
      c.set('note', 'answered from the idempotency key');
      c.header('x-idempotency-lookup', 'hit');
      return c.json(saved.reply, 201);
    }

    const { ticket: input } = parseBody(body, z.object({ ticket: ticketInputSchema }));
    const ticket = createTicket(state, input, stamp(at));
    const reply = { ticket: shown(ticket), audit: { id: ticket.comments[0]?.id, ticket_id: ticket.id } };
    c.set('note', `created ticket ${ticket.id}`);
    if (key !== undefined) {
      c.header('x-idempotency-lookup', 'miss');
      state.savedReplies = save(state.savedReplies, { key, body, at: at.getTime(), reply });
    }
    return c.json(reply, 201);
  });

  routes.get('/:id', (c) => c.json({ ticket: shown(getTicket(state, c.req.param('id'))) }));

  routes.put('/:id', async (c) => {
    const ticket = getTicket(state, c.req.param('id'));
    const { ticket: input } = parseBody(await c.req.text(), z.object({ ticket: ticketUpdateSchema }));
    updateTicket(state, ticket, input, stamp(now()));
    c.set('note', `updated ticket ${ticket.id}`);
    return c.json({ ticket: shown(ticket) });
  });

  routes.get('/:id/comments', (c) => {
    const { comments } = getTicket(state, c.req.param('id'));
    const typed = comments.map((comment) => ({ type: 'Comment', ...comment }));
    return c.json({ comments: typed, count: typed.length, next_page: null, previous_page: null });
  });

  routes.get('/:id/tags', (c) => c.json({ tags: getTicket(state, c.req.param('id')).tags }));
  routes.put('/:id/tags', (c) => changeTags(c, (before, given) => [...before, ...given]));
  routes.post('/:id/tags', (c) => changeTags(c, (_, given) => given, 201));
  routes.delete('/:id/tags', (c) => changeTags(c, (before, given) => before.filter((tag) => !given.includes(tag))));

  async function changeTags(
    c: Context<VendorEnv, '/:id/tags'>,
    change: (before: string[], given: string[]) => string[],
    status: 200 | 201 = 200,
  ) {
    const ticket = getTicket(state, c.req.param('id'));
    const input = parseBody(await c.req.text(), tagsSchema);
    touch(ticket, input, stamp(now()));
    const before = ticket.tags;
    ticket.tags = tidy(change(before, tidy(input.tags)));
    c.set('duplicate', ticket.tags.join() === before.join());
    c.set('note', `tags of ticket ${ticket.id}: ${ticket.tags.join(', ') || 'none'}`);
    return c.json({ tags: ticket.tags }, status);
  }

  return routes;
}

// Zendesk lists a ticket's comments apart from it.
function shown({ comments: _, ...ticket }: Ticket) {
  return ticket;
}
