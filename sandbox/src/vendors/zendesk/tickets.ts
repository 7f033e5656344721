import { z } from 'zod';
import { notFound, recordInvalid, ZendeskRefusal } from './refusal.ts';
import { createOrUpdateUser, type UserBook } from './users.ts';

const statuses = ['new', 'open', 'pending', 'hold', 'solved', 'closed'] as const;

const commentSchema = z.object({
  id: z.number(),
  author_id: z.number(),
  body: z.string(),
  html_body: z.string().nullable(),
  public: z.boolean(),
  created_at: z.string(),
});

export const ticketSchema = z.object({
  id: z.number(),
  external_id: z.string().nullable(),
  subject: z.string(),
  description: z.string(),
  status: z.enum(statuses),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullable(),
  type: z.enum(['problem', 'incident', 'question', 'task']).nullable(),
  requester_id: z.number(),
  tags: z.array(z.string()),
  custom_fields: z.array(z.object({ id: z.number(), value: z.unknown() })),
  created_at: z.string(),
  updated_at: z.string(),
  comments: z.array(commentSchema),
});
export type Ticket = z.infer<typeof ticketSchema>;

const commentInput = z
  .object({
    body: z.string().min(1).optional(),
    html_body: z.string().min(1).optional(),
    public: z.boolean().default(true),
  })
  .refine(({ body, html_body }) => body ?? html_body, { error: 'a comment needs body or html_body' });

const fields = ticketSchema
  .pick({ status: true, priority: true, type: true, tags: true, custom_fields: true })
  .partial();

export const ticketInputSchema = fields.extend({
  subject: z.string().optional(),
  external_id: z.string().optional(),
  comment: commentInput.optional(),
  requester_id: z.number().optional(),
  requester: z.object({ name: z.string().optional(), email: z.email() }).optional(),
});

export const ticketUpdateSchema = fields.extend({
  subject: z.string().optional(),
  external_id: z.string().optional(),
  comment: commentInput.optional(),
  safe_update: z.boolean().optional(),
  updated_stamp: z.string().optional(),
});

export type TicketBook = UserBook & { nextTicketId: number; nextCommentId: number; tickets: Ticket[] };

export function createTicket(book: TicketBook, input: z.infer<typeof ticketInputSchema>, at: string): Ticket {
  const { comment, requester, requester_id, ...rest } = input;
  if (!comment) throw recordInvalid('base', 'BlankValue', 'Description: cannot be blank');
  if (!requester && requester_id === undefined) {
    throw recordInvalid('requester', 'BlankValue', 'Requester: cannot be blank');
  }
  const requesterId = requester
    ? createOrUpdateUser(book, { ...requester, name: requester.name ?? requester.email }, at).user.id
    : book.users.find((user) => user.id === requester_id)?.id;
  if (requesterId === undefined) {
    throw recordInvalid('requester', 'InvalidValue', `Requester: ${requester_id} is not a user of this account`);
  }
  const ticket: Ticket = {
    id: book.nextTicketId++,
    external_id: null,
    subject: rest.subject ?? '',
    description: comment.body ?? comment.html_body ?? '',
    priority: null,
    type: null,
    custom_fields: [],
    requester_id: requesterId,
    created_at: at,
    updated_at: at,
    comments: [],
    ...defined(rest),
    status: rest.status ?? 'new',
    tags: tidy(rest.tags ?? []),
  };
  addComment(book, ticket, comment, at);
  book.tickets.push(ticket);
  return ticket;
}

export function updateTicket(
  book: TicketBook,
  ticket: Ticket,
  input: z.infer<typeof ticketUpdateSchema>,
  at: string,
): void {
  const { comment, safe_update, updated_stamp, tags, ...rest } = input;
  touch(ticket, { safe_update, updated_stamp }, at);
  Object.assign(ticket, defined(rest));
  // Sending tags with a ticket replaces them, as Zendesk does; /tags adds and removes.
  if (tags) ticket.tags = tidy(tags);
  if (comment) addComment(book, ticket, comment, ticket.updated_at);
}

/** Every change to a ticket comes through here: closed tickets refuse it, and so does a stamp that is no longer true. */
export function touch(
  ticket: Ticket,
  guard: { safe_update?: boolean | undefined; updated_stamp?: string | undefined },
  at: string,
): void {
  if (ticket.status === 'closed') {
    throw recordInvalid('status', 'InvalidValue', 'Status: closed prevents ticket update');
  }
  if (guard.safe_update && guard.updated_stamp !== ticket.updated_at) {
    throw new ZendeskRefusal(
      409,
      'UpdateConflict',
      'Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.',
    );
  }
  // Stamps have whole seconds. Moving on by at least one keeps two changes within a second apart, for compare-and-set.
  const next = Math.max(Date.parse(at), Date.parse(ticket.updated_at) + 1_000);
  ticket.updated_at = stamp(new Date(next));
}

export function getTicket(book: TicketBook, id: string): Ticket {
  const ticket = book.tickets.find((each) => String(each.id) === id);
  if (!ticket) throw notFound();
  return ticket;
}

/** A moment as Zendesk writes it: UTC, whole seconds. */
export function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

export function tidy(tags: string[]): string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase().replaceAll(' ', '_')))].sort();
}

function addComment(book: TicketBook, ticket: Ticket, input: z.infer<typeof commentInput>, at: string): void {
  ticket.comments.push({
    id: book.nextCommentId++,
    author_id: 1,
    body: input.body ?? input.html_body ?? '',
    html_body: input.html_body ?? null,
    public: input.public,
    created_at: at,
  });
}

function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
