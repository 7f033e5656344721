import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { faultModes } from './faults.ts';
import type { VendorEnv } from './vendor.ts';

const keptRequests = 10_000;

export const loggedRequestSchema = z.object({
  at: z.string(),
  method: z.string(),
  path: z.string(),
  /** What the vendor answered or, when the answer was lost on purpose, would have; null when it decided nothing. */
  status: z.number().nullable(),
  idempotencyKey: z.string().nullable(),
  /** The vendor had seen this before, or it changed nothing. */
  duplicate: z.boolean(),
  fault: z.enum(faultModes).nullable(),
  note: z.string().nullable(),
});
export type LoggedRequest = z.infer<typeof loggedRequestSchema>;

export type RequestLog = {
  /** Kept from the moment it arrives, since a call that hangs is a call too; the rest is filled in later. */
  arrived: (request: Pick<LoggedRequest, 'method' | 'path' | 'idempotencyKey'>) => LoggedRequest;
  all: () => LoggedRequest[];
  restore: (requests: LoggedRequest[]) => void;
};

export function createRequestLog(now: () => Date): RequestLog {
  let requests: LoggedRequest[] = [];
  return {
    arrived: (request) => {
      const entry = { ...request, at: now().toISOString(), status: null, duplicate: false, fault: null, note: null };
      requests.push(entry);
      if (requests.length > keptRequests) requests.shift();
      return entry;
    },
    all: () => requests,
    restore: (restored) => {
      requests = restored;
    },
  };
}

/** Logs each HTTP call around whatever answers it; `mount` is cut off, so that paths read as the vendor's own. */
export function logRequests(log: RequestLog, mount: string, changed: () => void): MiddlewareHandler<LoggedEnv> {
  return async (c, next) => {
    const url = new URL(c.req.url);
    const entry = log.arrived({
      method: c.req.method,
      path: url.pathname.slice(mount.length) + url.search,
      idempotencyKey: c.req.header('idempotency-key') ?? c.req.header('webhook-id') ?? null,
    });
    c.set('entry', entry);
    changed();
    await next();
    if (entry.fault !== 'drop_before' && entry.fault !== 'hang') entry.status ??= c.res.status;
    entry.duplicate = c.get('duplicate') ?? false;
    entry.note = c.get('note') ?? c.error?.message ?? null;
    changed();
  };
}

export type LoggedEnv = {
  Bindings: VendorEnv['Bindings'];
  Variables: VendorEnv['Variables'] & { entry: LoggedRequest };
};
