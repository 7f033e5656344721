type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

type Details = { code?: string; param?: string; decline_code?: string };

/** An answer that is an error, in the shape the SDK turns into its own error classes. */
export class StripeError extends Error {
  readonly status: number;
  readonly type: ErrorType;
  readonly details: Details;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    type: ErrorType,
    message: string,
    details: Details = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'StripeError';
    this.status = status;
    this.type = type;
    this.details = details;
    this.headers = headers;
  }

  body(requestId: string): { error: object } {
    const { message, type, details } = this;
    const { code } = details;
    return {
      error: {
        ...details,
        ...(code !== undefined && { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
        message,
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type,
      },
    };
  }
}

export function invalid(message: string, details: Details = {}): StripeError {
  return new StripeError(400, 'invalid_request_error', message, details);
}

/** A path that names something we do not have is a 404; a parameter that does so is a 400. */
export function missing(kind: string, id: string, param?: string): StripeError {
  return new StripeError(param ? 400 : 404, 'invalid_request_error', `No such ${kind}: '${id}'`, {
    code: 'resource_missing',
    param: param ?? 'id',
  });
}

export function found<T>(table: ReadonlyMap<string, T>, kind: string, id: string, param?: string): T {
  const row = table.get(id);
  if (row === undefined) throw missing(kind, id, param);
  return row;
}
