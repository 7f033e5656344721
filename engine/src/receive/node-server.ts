import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, createAnswerer, WEBHOOK_PATH, type WebhookOptions } from './answer.ts';

export interface Receiver {
  port: number;
  /** Answers what has been sent, takes nothing new, and resolves when the last connection has gone. */
  close(): Promise<void>;
}

/** Beyond this a request is not slow but stuck; its connection is cut so that closing ends. */
const CLOSE_WITHIN_MS = 10_000;

/** The dedicated receiver for heavy traffic: the same conversation on bare node:http, without Request and Response. */
export async function startReceiver(options: WebhookOptions & { port: number; host: string }): Promise<Receiver> {
  const answer = createAnswerer(options);
  let closing = false;
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    const send = ({ status, headers, body }: Answer) => {
      // A connection kept alive would keep a closing server open.
      if (closing) response.setHeader('connection', 'close');
      response.writeHead(status, headers).end(body);
    };
    if (request.url?.split('?', 1)[0] !== WEBHOOK_PATH) return send(notFound);
    answer({
      method: request.method ?? '',
      header: (name) => headerOf(request, name),
      readBody: (limitBytes) => readBody(request, limitBytes),
    }).then(send);
  });
  await listen(server, options.port, options.host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing = true;
      return close(server);
    },
  };
}

const notFound: Answer = {
  status: 404,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ error: { code: 'not_found', message: `Webhooks are received at ${WEBHOOK_PATH}.` } }),
};

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  // Node joins what may not be repeated and keeps the first of what must not; an array is left only for set-cookie.
  return typeof value === 'string' ? value : null;
}

function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too_large'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      // The rest is read and dropped: cutting the connection now could cost the sender our answer.
      if (size > limitBytes) resolve('too_large');
      else chunks.push(chunk);
    });
    request.once('end', () => size <= limitBytes && resolve(Buffer.concat(chunks, size)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The sender went away before its body was whole.')));
  });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'another program listens there' : (cause.code ?? 'unknown reason');
      reject(new Error(`The receiver cannot listen on ${host}:${port}: ${reason}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
