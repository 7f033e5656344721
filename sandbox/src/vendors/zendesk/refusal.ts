import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

type Details = Record<string, { description: string; error: string }[]>;

/** Zendesk says no, in its `{ error, description, details }`. */
export class ZendeskRefusal extends HTTPException {
  constructor(status: ContentfulStatusCode, error: string, description: string, details?: Details) {
    const body = { error, description, ...(details && { details }) };
    super(status, { message: description, res: Response.json(body, { status }) });
  }
}

export function notFound(): ZendeskRefusal {
  return new ZendeskRefusal(404, 'RecordNotFound', 'Not found');
}

export function recordInvalid(field: string, error: string, description: string): ZendeskRefusal {
  return new ZendeskRefusal(422, 'RecordInvalid', 'Record validation errors', { [field]: [{ description, error }] });
}

export function badInput(description: string): ZendeskRefusal {
  return new ZendeskRefusal(400, 'InvalidValue', description);
}

/** The vendor's form for a status that a fault asked for. */
export function refuse(status: number, retryAfterSeconds = 60): Response {
  switch (status) {
    case 401:
      return Response.json({ error: "Couldn't authenticate you" }, { status });
    case 403:
      return Response.json(
        { error: { title: 'Forbidden', message: 'You do not have access to this page.' } },
        { status },
      );
    case 429:
      return Response.json(
        { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' },
        { status, headers: { 'Retry-After': String(retryAfterSeconds) } },
      );
    default:
      // A broken Zendesk answers text, not JSON.
      return new Response('Internal Server Error', { status, headers: { 'content-type': 'text/plain' } });
  }
}
