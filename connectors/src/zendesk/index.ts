import type { Connection, Delivered, MessageHandler, Result, SendContext, StoredRequest } from '@onpaid/engine';
import { z } from 'zod';
import { createZendeskClient, type FoundTicket, requestIdOf, type ZendeskClient } from './client.ts';
import {
  disputeEnd,
  disputeTicket,
  disputeTicketId,
  failureTicket,
  failureTicketId,
  fittedUpdate,
  leftOpen,
  markerOf,
  recovery,
} from './map.ts';

export const zendeskSettings = z.object({
  /** https://yourcompany.zendesk.com */
  baseUrl: z.url(),
  /** The agent that the token belongs to; tickets that nobody took are solved in this name. */
  email: z.email(),
  token: z.string().min(1),
});

/** Zendesk remembers a key for two hours; what is older is looked up first. */
const keyWindowMs = 2 * 60 * 60 * 1000 - 10 * 60 * 1000;

/** Zendesk as the helpdesk: one ticket a failed invoice, solved when it is paid; one a dispute, solved when it is closed. */
export function connectZendesk(settings: z.input<typeof zendeskSettings>): Connection {
  const { email, ...rest } = zendeskSettings.parse(settings);
  const client = createZendeskClient({ email, ...rest });
  return {
    slot: 'helpdesk',
    vendor: 'zendesk',
    label: 'Zendesk',
    // The smallest plan allows 200 calls a minute.
    ratePerSecond: 3,
    handlers: {
      'helpdesk.payment_failed': ticketOpener(client, failureTicket),
      'helpdesk.payment_recovered': ticketCloser(client, email, failureTicketId, recovery),
      'helpdesk.dispute_opened': ticketOpener(client, disputeTicket),
      'helpdesk.dispute_closed': ticketCloser(client, email, disputeTicketId, disputeEnd),
    },
    probe: async (signal) => {
      const me = await client.me(signal);
      return me.ok ? { ok: true, value: { account: me.value } } : me;
    },
  };
}

function ticketOpener<P>(client: ZendeskClient, write: (payload: P, externalId: string) => unknown): MessageHandler<P> {
  return {
    shape: 'message',
    guarantee: { kind: 'exactly_once_window', windowMs: keyWindowMs },
    build: async (payload, { effectId, idempotencyKey }) => ({
      method: 'POST',
      path: '/api/v2/tickets',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      bodyBase64: toBase64(write(payload, effectId)),
    }),
    send: async (request, { signal }) => {
      const sent = await client.createTicket(request, signal);
      if (!sent.ok) return sent;
      const { body, reply } = sent.value;
      return { ok: true, value: delivered(body.ticket, requestIdOf(reply)) };
    },
    find: async (_, { effectId, signal }) => {
      const ticket = await client.findByExternalId(effectId, signal);
      if (!ticket.ok) return ticket;
      return { ok: true, value: ticket.value && delivered(ticket.value, null) };
    },
  };
}

function ticketCloser<P>(
  client: ZendeskClient,
  agentEmail: string,
  ticketIdOf: (payload: P) => string,
  write: (payload: P, idempotencyKey: string) => unknown,
): MessageHandler<P> {
  return {
    shape: 'message',
    guarantee: { kind: 'lookup_strong' },
    // Names the ticket as we know it for good; its number, its stamp and its tags are read when it is sent.
    build: async (payload, { idempotencyKey }) => ({
      method: 'PUT',
      path: `/api/v2/tickets?external_id=${encodeURIComponent(ticketIdOf(payload))}`,
      headers: { 'content-type': 'application/json' },
      bodyBase64: toBase64(write(payload, idempotencyKey)),
    }),
    send: (request, context) => closeTicket(client, request, agentEmail, context),
    find: async (payload, context) => {
      const ticket = await findTicket(client, ticketIdOf(payload), context);
      if (!ticket.ok || !ticket.value) return ticket.ok ? { ok: true, value: null } : ticket;
      const written = await hasOurComment(client, ticket.value, context);
      if (!written.ok) return written;
      return { ok: true, value: written.value ? delivered(ticket.value, null) : null };
    },
  };
}

async function closeTicket(
  client: ZendeskClient,
  request: StoredRequest,
  agentEmail: string,
  context: SendContext,
): Promise<Result<Delivered>> {
  const externalId = new URL(request.path, 'https://zendesk.invalid').searchParams.get('external_id') ?? '';
  // The ticket before its comments: whatever is written after this read makes the stamp stale, and the update refused.
  const found = await findTicket(client, externalId, context);
  if (!found.ok) return found;
  const ticket = found.value;
  if (!ticket) return { ok: true, value: { ...nothing, note: 'There was no ticket to solve.' } };
  if (ticket.status === 'closed') {
    return { ok: true, value: { ...delivered(ticket, null), note: 'The ticket was closed already.' } };
  }
  const written = await hasOurComment(client, ticket, context);
  if (!written.ok) return written;
  if (written.value) return { ok: true, value: delivered(ticket, null) };

  const frozen = frozenSchema.parse(JSON.parse(Buffer.from(request.bodyBase64 ?? '', 'base64').toString('utf8')));
  const update = fittedUpdate(frozen, ticket, agentEmail);
  const solved = await client.updateTicket(ticket.id, update, context.signal);
  if (solved.ok) return { ok: true, value: delivered(solved.value.body.ticket, requestIdOf(solved.value.reply)) };
  if (solved.failure.kind !== 'invalid' || solved.failure.cause !== 'cannot_solve') return solved;

  const noted = await client.updateTicket(ticket.id, leftOpen(update), context.signal);
  if (!noted.ok) return noted;
  const note = `It is noted on the ticket, which stays open: ${solved.failure.reason}`;
  return { ok: true, value: { ...delivered(noted.value.body.ticket, requestIdOf(noted.value.reply)), note } };
}

const frozenSchema = z.object({ ticket: z.looseObject({ tags: z.array(z.string()) }) });

/** By the number that the opening effect got; by its external id when that is not known, or was merged away. */
async function findTicket(
  client: ZendeskClient,
  externalId: string,
  { remoteIdOf, signal }: SendContext,
): Promise<Result<FoundTicket | null>> {
  const id = await remoteIdOf(externalId);
  const known = id === null ? null : await client.getTicket(id, signal);
  if (known && (!known.ok || known.value)) return known;
  return client.findByExternalId(externalId, signal);
}

async function hasOurComment(
  client: ZendeskClient,
  ticket: FoundTicket,
  { idempotencyKey, signal }: SendContext,
): Promise<Result<boolean>> {
  const comments = await client.comments(ticket.id, signal);
  if (!comments.ok) return comments;
  return { ok: true, value: comments.value.some((body) => body.includes(markerOf(idempotencyKey))) };
}

const nothing: Delivered = { remoteId: null, status: null, vendorRequestId: null };

function delivered(ticket: FoundTicket, vendorRequestId: string | null): Delivered {
  return { remoteId: String(ticket.id), status: 200, vendorRequestId };
}

function toBase64(body: unknown): string {
  return Buffer.from(JSON.stringify(body)).toString('base64');
}
