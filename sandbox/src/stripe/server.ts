import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { onlyThisMachine } from '../vendors/loopback.ts';
import { stripeApi } from './api/api.ts';
import { controlApi } from './control.ts';
import { pages } from './pages/pages.ts';
import { createStandIn } from './stand-in.ts';

export type StripeStandIn = { baseUrl: string; port: number; close: () => Promise<void> };

/**
 * Starts a stand-in for Stripe on the loopback: `/v1` for the SDK, `/c/pay` and `/i` for people, `/_control` for tests.
 * Port 0 picks a free one; with `dataDir` it remembers across restarts.
 */
export async function startStripeStandIn(options: {
  port: number;
  dataDir?: string;
  secretKey: string;
  now?: () => Date;
}): Promise<StripeStandIn> {
  const { port, secretKey, now = () => new Date() } = options;
  if (!/^(sk|rk)_test_./.test(secretKey)) {
    throw new Error('The Stripe stand-in takes a made-up key that starts with sk_test_; real keys belong to Stripe.');
  }
  const standIn = createStandIn({ ...(options.dataDir !== undefined && { dataDir: options.dataDir }), now });

  const app = new Hono();
  app.use(onlyThisMachine);
  app.route('/_control', controlApi(standIn));
  app.route('/', pages(standIn));
  const api = stripeApi(standIn, secretKey);
  app.notFound((context) => api.fetch(context.req.raw));

  const { server, address } = await listen(app, port);
  const baseUrl = `http://127.0.0.1:${address.port}`;
  standIn.open(baseUrl);
  return {
    baseUrl,
    port: address.port,
    close: async () => {
      await stop(server);
      await standIn.close();
    },
  };
}

function listen(app: Hono, port: number): Promise<{ server: ServerType; address: AddressInfo }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (address) => resolve({ server, address }));
    server.once('error', (cause) =>
      reject(new Error(`The Stripe stand-in could not listen on 127.0.0.1:${port}: ${cause.message}`, { cause })),
    );
  });
}

/** Clients keep their connections open; the stand-in does not wait for them. */
function stop(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
