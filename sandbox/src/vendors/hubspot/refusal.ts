import { randomUUID } from 'node:crypto';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type HubSpotError = {
  status: 'error';
  message: string;
  correlationId: string;
  category: string;
  context?: Record<string, string[]>;
};

/** HubSpot says no: thrown where it is decided, answered as it is, or listed among a batch's errors. */
export class HubSpotRefusal extends HTTPException {
  readonly body: HubSpotError;

  constructor(status: ContentfulStatusCode, category: string, message: string, context?: Record<string, string[]>) {
    const body: HubSpotError = {
      status: 'error',
      message,
      correlationId: randomUUID(),
      category,
      ...(context && { context }),
    };
    super(status, { message, res: Response.json(body, { status }) });
    this.body = body;
  }
}

export function unauthorized(): HubSpotRefusal {
  return new HubSpotRefusal(
    401,
    'INVALID_AUTHENTICATION',
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
  );
}

export function badInput(message: string): HubSpotRefusal {
  return new HubSpotRefusal(400, 'VALIDATION_ERROR', `Invalid input JSON: ${message}`);
}

/** The vendor's form for a status that a fault asked for. */
export function refuse(status: number): Response {
  const correlationId = randomUUID();
  if (status === 401) return unauthorized().getResponse();
  if (status === 403) {
    return Response.json(
      {
        status: 'error',
        message:
          "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
        correlationId,
        errors: [
          {
            message: 'One or more of the following scopes are required.',
            context: { requiredGranularScopes: ['crm.objects.contacts.write'] },
          },
        ],
        links: { scopes: 'https://developers.hubspot.com/scopes' },
        category: 'MISSING_SCOPES',
      },
      { status },
    );
  }
  // HubSpot's Retry-After is not reliable, so there is none here: a client has to read the interval header.
  if (status === 429) {
    return Response.json(
      {
        status: 'error',
        message: 'You have reached your ten_secondly_rolling limit.',
        errorType: 'RATE_LIMIT',
        correlationId,
        policyName: 'TEN_SECONDLY_ROLLING',
      },
      { status, headers: rateLimitHeaders(0) },
    );
  }
  return Response.json({ status: 'error', message: 'internal error', correlationId }, { status });
}

export const rateLimit = { max: 190, perMs: 10_000 };

export function rateLimitHeaders(remaining: number): Record<string, string> {
  return {
    'X-HubSpot-RateLimit-Max': String(rateLimit.max),
    'X-HubSpot-RateLimit-Remaining': String(remaining),
    'X-HubSpot-RateLimit-Interval-Milliseconds': String(rateLimit.perMs),
    'X-HubSpot-RateLimit-Daily': '650000',
    'X-HubSpot-RateLimit-Daily-Remaining': '649999',
  };
}
