import type { Failure, Result, StoredRequest } from '@onpaid/engine';
import { z } from 'zod';
import type { Reply } from '../failure.ts';
import { type Call, createHttpClient } from '../http.ts';

const ticketSchema = z.object({
  id: z.number(),
  status: z.string(),
  updated_at: z.string(),
  tags: z.array(z.string()).default([]),
  assignee_id: z.number().nullish(),
});
const oneTicketSchema = z.object({ ticket: ticketSchema });
const ticketListSchema = z.object({ tickets: z.array(ticketSchema) });
const commentListSchema = z.object({ comments: z.array(z.object({ body: z.string().default('') })) });
const userSchema = z.object({ user: z.object({ id: z.number().nullable(), name: z.string().default('') }) });

export type FoundTicket = z.output<typeof ticketSchema>;
export type ZendeskClient = ReturnType<typeof createZendeskClient>;

export function createZendeskClient(settings: { baseUrl: string; email: string; token: string }) {
  const { baseUrl, email, token } = settings;
  const basic = Buffer.from(`${email}/token:${token}`).toString('base64');
  const http = createHttpClient({
    label: 'Zendesk',
    baseUrl,
    secrets: [token, basic],
    credentials: () => ({ authorization: `Basic ${basic}` }),
    refusal: zendeskRefusal,
  });
  const read = (what: string, path: string): Call => ({ what, method: 'GET', path, repeatable: true });

  return {
    /** Sends the stored bytes as they are; the key in the stored headers makes a repeat within two hours harmless. */
    createTicket: (request: StoredRequest, signal: AbortSignal) =>
      http.sendForJson(
        {
          what: 'create the ticket',
          method: request.method,
          path: request.path,
          headers: request.headers,
          body: Buffer.from(request.bodyBase64 ?? '', 'base64'),
          repeatable: false,
        },
        oneTicketSchema,
        signal,
      ),

    /** A list filtered by the database, never the search index. Ids are not unique: the first that was made counts. */
    findByExternalId: async (externalId: string, signal: AbortSignal): Promise<Result<FoundTicket | null>> => {
      const path = `/api/v2/tickets?external_id=${encodeURIComponent(externalId)}`;
      const sent = await http.sendForJson(read('look up the ticket', path), ticketListSchema, signal);
      if (!sent.ok) return sent;
      const [first] = sent.value.body.tickets.toSorted((a, b) => a.id - b.id);
      return { ok: true, value: first ?? null };
    },

    getTicket: async (id: string, signal: AbortSignal): Promise<Result<FoundTicket | null>> => {
      const call = read(`read ticket ${id}`, `/api/v2/tickets/${encodeURIComponent(id)}`);
      const sent = await http.sendForJson(call, oneTicketSchema, signal);
      if (sent.ok) return { ok: true, value: sent.value.body.ticket };
      return sent.failure.status === 404 ? { ok: true, value: null } : sent;
    },

    /** The newest hundred: a comment of ours that was just written is among them. */
    comments: async (id: number, signal: AbortSignal): Promise<Result<string[]>> => {
      const path = `/api/v2/tickets/${id}/comments?sort_order=desc`;
      const sent = await http.sendForJson(read(`read the comments of ticket ${id}`, path), commentListSchema, signal);
      return sent.ok ? { ok: true, value: sent.value.body.comments.map(({ body }) => body) } : sent;
    },

    updateTicket: (id: number, update: unknown, signal: AbortSignal) =>
      http.sendForJson(
        {
          what: `update ticket ${id}`,
          method: 'PUT',
          path: `/api/v2/tickets/${id}`,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(update)),
          repeatable: false,
        },
        oneTicketSchema,
        signal,
      ),

    me: async (signal: AbortSignal): Promise<Result<string | null>> => {
      const sent = await http.sendForJson(read('say who we are', '/api/v2/users/me'), userSchema, signal);
      if (!sent.ok) return sent;
      const { id, name } = sent.value.body.user;
      if (id !== null) return { ok: true, value: name };
      // Zendesk answers a wrong credential with 200 and nobody.
      const reason = 'Zendesk knows nobody by ZENDESK_EMAIL and ZENDESK_TOKEN.';
      return { ok: false, failure: { kind: 'auth', reason } };
    },
  };
}

export function requestIdOf(reply: Reply): string | null {
  return reply.headers['x-request-id'] ?? reply.headers['x-zendesk-request-id'] ?? null;
}

/** Where Zendesk's refusals mean more than their status says. */
export function zendeskRefusal(reply: Reply, call: Pick<Call, 'method'>): Failure | null {
  const { status, text } = reply;
  if (status === 409 && call.method === 'POST') {
    const reason = 'Zendesk is still busy with the same ticket from an earlier attempt.';
    return { kind: 'ambiguous', reason, status };
  }
  if (status === 409) {
    const reason = 'The ticket changed while it was being updated. Nothing was written; it is read and tried again.';
    return { kind: 'retryable', reason, status };
  }
  if (status === 400 && text.includes('IdempotentRequestError')) {
    const reason =
      'Zendesk has this idempotency key with another body, so a ticket may exist already. Look for it by its external id.';
    return { kind: 'invalid', reason, cause: 'idempotency_mismatch', status };
  }
  if (status === 422) {
    const reason = `Zendesk refused the record: ${detailsIn(text)}`;
    const cause = /is required when solving a ticket/.test(text) ? 'cannot_solve' : 'record_invalid';
    return { kind: 'invalid', reason, cause, status };
  }
  return null;
}

/** `details` maps a field, or `base`, to what is wrong with it. */
function detailsIn(text: string): string {
  const words = [...text.matchAll(/"description"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].map(([, each]) => each);
  return words.length > 0 ? words.join('; ').slice(0, 300) : 'it gave no reason.';
}
