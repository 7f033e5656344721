import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Connection, Delivered, Failure, Guarantee, Result, SendContext, Slot } from '../effects/connection.ts';
import type { EffectKind } from '../effects/payloads.ts';

/** What happens to the next call, before or after the vendor did what it was asked. */
export type Fault =
  | 'drop before'
  | 'drop after'
  | '500 before'
  | '500 after'
  | '401'
  | '400'
  | '410'
  | { retryAfterMs: number };

export interface VendorServer {
  /** What exists at the vendor now: one too many is a duplicate. */
  things: { id: string; key: string; body: string; at: Date }[];
  /** Every request that came in, looks included. */
  calls: { method: string; key: string }[];
  /** One for each of the next calls; null: that one goes well. */
  faults: (Fault | null)[];
  /** Runs while a call is open, before it is answered. */
  duringCall: (() => Promise<void>) | null;
  connection: Connection;
}

/**
 * A vendor on real HTTP with as much memory as its guarantee says: it recognises a key for ever, for a while, or not at all,
 * and a lookup shows what it has at once or later. For states it keeps one thing a key, and what it last was.
 */
export async function startVendor(options: {
  slot: Slot;
  kinds: EffectKind[];
  shape?: 'message' | 'state';
  guarantee: Guarantee;
  now: () => Date;
}): Promise<VendorServer> {
  const { guarantee, now } = options;
  const things: VendorServer['things'] = [];
  const calls: VendorServer['calls'] = [];
  const faults: VendorServer['faults'] = [];

  const server = createServer((request, response) => void handle(request, response));
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const key = String(request.headers['idempotency-key']);
    calls.push({ method: request.method ?? '', key });
    const fault = faults.shift() ?? null;
    if (fault === 'drop before') return void request.socket.destroy();
    if (typeof fault === 'object' && fault !== null)
      return answer(response, 429, { retryAt: now().getTime() + fault.retryAfterMs });
    if (fault === '500 before') return answer(response, 500);
    if (fault === '401' || fault === '400' || fault === '410') return answer(response, Number(fault));
    const found = request.method === 'GET' ? look(key) : accept(key, Buffer.concat(chunks).toString());
    await vendor.duringCall?.();
    if (fault === 'drop after') return void request.socket.destroy();
    if (fault === '500 after') return answer(response, 500);
    answer(response, found === null ? 404 : 200, found ?? undefined);
  }

  function accept(key: string, body: string): { id: string } {
    const known = things.find((thing) => thing.key === key && isRemembered(thing.at));
    if (known === undefined || (options.shape !== 'state' && !recognisesKeys())) {
      things.push({ id: String(things.length + 1), key, body, at: now() });
      return { id: String(things.length) };
    }
    if (options.shape === 'state') known.body = body;
    return known;
  }
  function recognisesKeys(): boolean {
    return guarantee.kind === 'exactly_once' || guarantee.kind === 'exactly_once_window';
  }
  function isRemembered(at: Date): boolean {
    return guarantee.kind !== 'exactly_once_window' || now().getTime() - at.getTime() < guarantee.windowMs;
  }
  function look(key: string): { id: string } | null {
    const lagMs = guarantee.kind === 'lookup_eventual' ? guarantee.visibleAfterMs : 0;
    return things.find((thing) => thing.key === key && now().getTime() - thing.at.getTime() >= lagMs) ?? null;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const vendor: VendorServer = { things, calls, faults, duringCall: null, connection: connect(options, url) };
  return vendor;
}

function answer(response: ServerResponse, status: number, body: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function connect(options: Parameters<typeof startVendor>[0], url: string): Connection {
  const { slot, kinds, guarantee } = options;
  const call = (method: string, body: string | null, context: SendContext) =>
    callOnce(url, { method, body, key: context.idempotencyKey, signal: context.signal });
  const message = {
    shape: 'message',
    guarantee,
    build: async (payload: unknown) => ({
      method: 'POST',
      path: '/',
      headers: {},
      bodyBase64: Buffer.from(JSON.stringify(payload)).toString('base64'),
    }),
    send: (request: { bodyBase64: string }, context: SendContext) =>
      call('POST', Buffer.from(request.bodyBase64, 'base64').toString(), context),
    ...(guarantee.kind === 'none' || guarantee.kind === 'exactly_once'
      ? {}
      : { find: async (_: unknown, context: SendContext) => orNothing(await call('GET', null, context)) }),
  };
  const state = {
    shape: 'state',
    guarantee,
    apply: (desired: unknown, context: SendContext) =>
      call('POST', JSON.stringify({ version: context.version, desired }), context),
  };
  const handler = options.shape === 'state' ? state : message;
  return {
    slot,
    vendor: `${slot}-vendor`,
    label: `The ${slot} vendor`,
    ratePerSecond: 1_000,
    // Handlers that take any payload, which their types cannot say.
    handlers: Object.fromEntries(kinds.map((kind) => [kind, handler])) as Connection['handlers'],
    probe: async () => ({ ok: true, value: { account: null } }),
  };
}

async function callOnce(
  url: string,
  call: { method: string; body: string | null; key: string; signal: AbortSignal },
): Promise<Result<Delivered>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: call.method,
      body: call.body,
      headers: { 'idempotency-key': call.key, connection: 'close' },
      signal: call.signal,
    });
  } catch {
    return { ok: false, failure: { kind: 'ambiguous', reason: 'the connection broke off' } };
  }
  const body = (await response.json()) as { id?: string; retryAt?: number };
  const { status } = response;
  if (status === 200) return { ok: true, value: { remoteId: body.id ?? null, status, vendorRequestId: null } };
  return { ok: false, failure: failureOf(status, body) };
}

function failureOf(status: number, body: { retryAt?: number }): Failure {
  const reason = `answered ${status}`;
  if (status === 429) return { kind: 'rate_limited', reason, status, retryAt: new Date(body.retryAt ?? 0) };
  if (status === 401) return { kind: 'auth', reason, status };
  if (status === 400) return { kind: 'invalid', reason, status, cause: 'unknown_property' };
  if (status === 404 || status === 410) return { kind: 'gone', reason, status };
  return { kind: 'ambiguous', reason, status };
}

function orNothing(result: Result<Delivered>): Result<Delivered | null> {
  if (!result.ok && result.failure.status === 404) return { ok: true, value: null };
  if (!result.ok && result.failure.kind === 'ambiguous') {
    return { ok: false, failure: { kind: 'retryable', reason: result.failure.reason } };
  }
  return result;
}
