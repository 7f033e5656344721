import { once } from 'node:events';
import { Server } from 'node:http';
import type { ServerType } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';

const ownNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses a web page elsewhere that reaches for this server through somebody's browser: by a name that was pointed at
 * the loopback, or by a form posted from another site. The inbox holds sign-in links.
 */
export const onlyThisMachine: MiddlewareHandler = async (c, next) => {
  const { hostname, host } = new URL(c.req.url);
  const origin = c.req.header('origin');
  const isOwnOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (!ownNames.has(hostname) || !isOwnOrigin) return c.text('This sandbox answers its own machine only.', 403);
  return next();
};

export async function listen(server: ServerType, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The vendor stand-ins have no TCP port.');
  return address.port;
}

/** Ends calls that hang on purpose too. */
export async function closeServer(server: ServerType): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  if (server instanceof Server) server.closeAllConnections();
  await closed;
}
