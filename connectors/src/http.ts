import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Failure, Result } from '@onpaid/engine';
import type { z } from 'zod';
import { bareHostname, isLoopbackAddress, isLoopbackUrl, isPublicAddress } from './address.ts';
import { type Asked, failureOf, type Reply, unreadable } from './failure.ts';

/** The only door to the network for vendors that speak HTTP. */

const timeoutMs = 15_000;
const largestReplyBytes = 1024 * 1024;

export interface Call {
  /** Completes "asked to …", for people: `create the ticket`. */
  what: string;
  method: string;
  /** Relative to the configured address. */
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array | null;
  /** Doing it twice is the same as doing it once. */
  repeatable: boolean;
}

export interface HttpClient {
  /** Only a 2xx is ok; everything else is told as a failure, by the vendor's rules first. */
  send(call: Call, signal: AbortSignal): Promise<Result<Reply>>;
  /** As `send`, with the answer read as JSON of this shape. */
  sendForJson<T>(call: Call, schema: z.ZodType<T>, signal: AbortSignal): Promise<Result<{ body: T; reply: Reply }>>;
}

export interface HttpSettings {
  label: string;
  baseUrl: string;
  /** Made for each send, never stored: an authorization header, or a signature over the body. */
  credentials(body: Uint8Array | null, call: Call): Record<string, string>;
  /** Cut out of whatever a vendor says back. */
  secrets: string[];
  /** The vendor's own meaning of a refusal; null where the usual one holds. */
  refusal?(reply: Reply, call: Call, now: Date): Failure | null;
  now?(): Date;
  /** How names become addresses. */
  lookup?: typeof systemLookup;
}

export function createHttpClient(settings: HttpSettings): HttpClient {
  const now = settings.now ?? (() => new Date());
  const { baseUrl } = settings;
  const mayCall = isLoopbackUrl(baseUrl) ? isLoopbackAddress : isPublicAddress;

  const send: HttpClient['send'] = async (call, signal) => {
    const asked: Asked = { label: settings.label, what: call.what, repeatable: call.repeatable };
    // An address that is whole is called as it was written, down to its last slash.
    const url = new URL(call.path === '' ? baseUrl : baseUrl.replace(/\/+$/, '') + call.path);
    const refused = refuseAddress(url, asked, mayCall);
    if (refused) return { ok: false, failure: refused };

    const body = call.body ?? null;
    const answered = await exchange({
      url,
      method: call.method,
      headers: { accept: 'application/json', ...call.headers, ...settings.credentials(body, call) },
      body,
      lookup: guardedLookup(mayCall, settings.lookup ?? systemLookup),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (answered.kind === 'lost') return { ok: false, failure: lost(answered, asked) };

    const reply = { ...answered.reply, text: redact(answered.reply.text, settings.secrets) };
    if (reply.status >= 200 && reply.status < 300) return { ok: true, value: reply };
    const failure = settings.refusal?.(reply, call, now()) ?? failureOf(reply, asked, now());
    return { ok: false, failure };
  };

  return {
    send,
    sendForJson: async (call, schema, signal) => {
      const sent = await send(call, signal);
      if (!sent.ok) return sent;
      const parsed = schema.safeParse(parseJson(sent.value.text));
      if (parsed.success) return { ok: true, value: { body: parsed.data, reply: sent.value } };
      return { ok: false, failure: unreadable(sent.value, { label: settings.label, ...call }) };
    },
  };
}

type Exchange =
  | { kind: 'reply'; reply: Reply }
  /** `connected` is false when not one byte of the request can have reached the vendor. */
  | { kind: 'lost'; connected: boolean; code: string };

/**
 * One request on one fresh socket. Node's own client rather than fetch, because fetch cannot check the address that it
 * really connects to, and cannot say whether the connection stood when it failed. Never a reused socket: one that the
 * vendor has just closed would turn "not sent" into "unknown".
 */
function exchange(request: {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
  lookup: LookupFunction;
  signal: AbortSignal;
}): Promise<Exchange> {
  const { url, method, body, lookup, signal } = request;
  return new Promise((resolve) => {
    let connected = false;
    const onError = (error: Error) => resolve({ kind: 'lost', connected, code: codeOf(error, signal) });
    if (signal.aborted) return onError(new Error('aborted'));

    const headers = { ...request.headers, 'content-length': String(body?.byteLength ?? 0) };
    const secure = url.protocol === 'https:';
    const outgoing = (secure ? https : http).request(
      url,
      { method, headers, lookup, signal, agent: false },
      (incoming) => readReply(incoming).then((reply) => resolve({ kind: 'reply', reply }), onError),
    );
    outgoing.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    outgoing.on('error', onError);
    outgoing.end(body ?? undefined);
  });
}

/** Stops at the cap: what is cut is either a long error page, or JSON that will not parse and is told as unreadable. */
async function readReply(incoming: IncomingMessage): Promise<Reply> {
  const status = incoming.statusCode ?? 0;
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > largestReplyBytes) break;
    }
  } catch (error) {
    // A refusal is known by its status, whatever became of its text.
    if (status < 400) throw error;
  }
  return { status, headers, text: Buffer.concat(chunks).subarray(0, largestReplyBytes).toString('utf8') };
}

/** Checked where the name is resolved, so that what was checked is what is connected to. */
function guardedLookup(mayCall: (address: string) => boolean, lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error || !first) return callback(error ?? new Error('no address'), '');
      if (!found.every(({ address }) => mayCall(address))) {
        return callback(Object.assign(new Error('blocked address'), { code: blockedCode }), '');
      }
      if (options.all) return callback(null, found);
      return callback(null, first.address, first.family);
    });
  };
}

const blockedCode = 'ONPAID_BLOCKED_ADDRESS';

/** An address written as a number is never resolved, so it is checked here; so is the scheme. */
function refuseAddress(url: URL, asked: Asked, mayCall: (address: string) => boolean): Failure | null {
  const hostname = bareHostname(url);
  const isNumber = /^[\d.]+$/.test(hostname) || hostname.includes(':');
  const isLocal = mayCall === isLoopbackAddress;
  if ((isNumber && !mayCall(hostname)) || (url.protocol !== 'https:' && !isLocal)) return blocked(asked);
  return null;
}

function blocked({ label, what }: Asked): Failure {
  const reason = `${label} was not asked to ${what}: its configured address is not a public https address.`;
  return { kind: 'invalid', reason, cause: 'blocked_address' };
}

function lost({ connected, code }: Extract<Exchange, { kind: 'lost' }>, asked: Asked): Failure {
  const { label, what, repeatable } = asked;
  if (code === blockedCode) return blocked(asked);
  if (!connected) {
    return { kind: 'retryable', reason: `${label} could not be reached to ${what} (${code}). Nothing was sent.` };
  }
  const reason = `The connection to ${label} ended before it answered, when asked to ${what} (${code}).`;
  return repeatable ? { kind: 'retryable', reason } : { kind: 'ambiguous', reason: `${reason} It may have happened.` };
}

/** A code, never a message: messages of Node hold hosts and addresses, and a webhook's address is a secret. */
function codeOf(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? 'connection failed';
}

function redact(text: string, secrets: string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
