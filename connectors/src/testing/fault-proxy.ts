import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';

/** How the next call goes wrong between us and a vendor that is otherwise in order. */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string; afterCommit?: boolean }
  | { kind: 'drop'; afterCommit: boolean }
  | { kind: 'drop_body'; status: number }
  | { kind: 'endless' }
  | { kind: 'hang'; afterCommit: boolean };

export interface SeenCall {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Stands before a vendor's stand-in on the loopback, hands calls through, and breaks those it was told to break. */
export async function startFaultProxy(vendorUrl: string) {
  const faults: Fault[] = [];
  const seen: SeenCall[] = [];
  let hung: (() => void) | null = null;
  let closedByClient = 0;

  const server = http.createServer(async (incoming, outgoing) => {
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) closedByClient += 1;
    });
    const body = await readAll(incoming);
    const { method = 'GET', url: path = '/', headers } = incoming;
    seen.push({ method, path, headers, body });
    const fault = faults.shift();
    const isFine = !fault || fault.kind === 'pass';
    const forwards = isFine || ('afterCommit' in fault && fault.afterCommit === true);
    const answer = forwards ? await forward(new URL(vendorUrl).origin + path, { method, path, headers, body }) : null;
    if (isFine && answer) return void (await copy(answer, outgoing));
    if (!isFine) play(fault, outgoing);
  });

  function play(fault: Exclude<Fault, { kind: 'pass' }>, outgoing: ServerResponse) {
    switch (fault.kind) {
      case 'answer':
        outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '');
        return;
      case 'drop':
        outgoing.destroy();
        return;
      case 'drop_body':
        outgoing.writeHead(fault.status, { 'content-length': '1000' }).write('{"half":', () => outgoing.destroy());
        return;
      case 'endless':
        pipeline(Readable.from(forEver()), outgoing.writeHead(200), () => {});
        return;
      case 'hang':
        hung?.();
        return;
      default:
        fault satisfies never;
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { pathname } = new URL(vendorUrl);
  return {
    /** What a connection is configured with. */
    url: origin + (pathname === '/' ? '' : pathname),
    seen,
    /** The next calls go wrong like this, one each; later ones are handed through. */
    break: (...next: Fault[]) => void faults.push(...next),
    reset: () => {
      faults.length = 0;
      seen.length = 0;
      closedByClient = 0;
    },
    /** Resolves once a call hangs. */
    untilHung: () => new Promise<void>((resolve) => (hung = resolve)),
    closedByClient: () => closedByClient,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>;

function forward(url: string, { method, headers, body }: SeenCall): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: { ...headers, connection: 'close' } }, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

function* forEver(): Generator<string> {
  yield '{"id":7,"more":"';
  while (true) yield 'x'.repeat(65_536);
}

async function copy(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await readAll(answer);
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': body.byteLength }).end(body);
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
