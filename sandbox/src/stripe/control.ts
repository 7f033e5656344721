import { Hono } from 'hono';
import * as z from 'zod';
import { found, StripeError } from './api/errors.ts';
import { given } from './api/params.ts';
import { permissionNames } from './api/permissions.ts';
import { apiVersions } from './api-version.ts';
import { addBankControls } from './control-banks.ts';
import { readBody } from './control-body.ts';
import { faultsSchema } from './faults.ts';
import { enabledEvents, registerEndpoint } from './resources/webhook-endpoints.ts';
import { rollSecret } from './secrets.ts';
import { seed, seedSchema } from './seed.ts';
import { ownAccord, type StandIn } from './stand-in.ts';
import { changeSettings, settingsOf } from './state.ts';

const secret = z.string().startsWith('whsec_', 'must start with whsec_').min(12);

const endpointSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  secret,
  enabledEvents: enabledEvents.default(['*']),
  apiVersion: z.enum(apiVersions).optional(),
});

const dayMs = 24 * 60 * 60 * 1000;

const rollSchema = z.strictObject({
  secret: secret.optional(),
  expiresInMs: z.int().min(0).max(dayMs).default(dayMs),
});

const keySchema = z.strictObject({
  key: z.string().startsWith('rk_test_', 'must start with rk_test_').min(12),
  permissions: z.partialRecord(z.enum(permissionNames), z.enum(['read', 'write'])),
});

const clockSchema = z.union([
  z.strictObject({ advanceSeconds: z.int().min(0) }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

const settingsSchema = z.strictObject({
  afterLastRetry: z.enum(['cancel', 'past_due', 'unpaid']).optional(),
  bankDebitDays: z.int().min(0).max(60).optional(),
  eventDays: z.int().min(1).max(36_500).optional(),
});

/** The hand on the controls: what no customer can do, and what shows the inside. Not part of Stripe. */
export function controlApi(standIn: StandIn): Hono {
  const control = new Hono();
  const { state } = standIn;

  control.get('/state', (context) =>
    context.json({
      faults: standIn.faults,
      counts: Object.fromEntries(Object.entries(state).map(([name, table]) => [name, table.size])),
      ids: {
        products: [...state.products.keys()],
        prices: [...state.prices.keys()],
        customers: [...state.customers.keys()],
        checkoutSessions: [...state.checkoutSessions.keys()],
        subscriptions: [...state.subscriptions.keys()],
        invoices: [...state.invoices.keys()],
        webhookEndpoints: [...state.webhookEndpoints.keys()],
      },
    }),
  );

  control.get('/deliveries', (context) =>
    context.json({
      deliveries: [...state.deliveries.values()].map((delivery) => ({
        ...delivery,
        type: state.events.get(delivery.event)?.type ?? null,
        url: state.webhookEndpoints.get(delivery.endpoint)?.url ?? null,
      })),
    }),
  );

  control.post('/endpoints', async (context) => {
    const { url, secret, enabledEvents: types, apiVersion } = await readBody(context, endpointSchema);
    const endpoint = standIn.perform(ownAccord, (operation) =>
      registerEndpoint(operation, url, secret, types, apiVersion),
    );
    standIn.deliveries.resume();
    return context.json(endpoint, 201);
  });

  control.post('/endpoints/:id/roll', async (context) => {
    const asked = await readBody(context, rollSchema);
    const rolled = standIn.perform(ownAccord, () => rollSecret(state, context.req.param('id'), asked));
    return context.json({ secret: rolled });
  });

  control.post('/keys', async (context) => {
    const { key, permissions } = await readBody(context, keySchema);
    standIn.perform(ownAccord, () => state.restrictedKeys.set(key, permissions));
    return context.json({ key, permissions }, 201);
  });

  control.put('/faults', async (context) => {
    standIn.faults = await readBody(context, faultsSchema);
    standIn.deliveries.resume();
    return context.json(standIn.faults);
  });

  control.delete('/faults', (context) => {
    standIn.faults = {};
    standIn.deliveries.resume();
    return context.json(standIn.faults);
  });

  control.get('/settings', (context) => context.json(settingsOf(state)));

  control.get('/clock', (context) => context.json(clock(standIn)));

  control.post('/clock', async (context) => {
    const asked = await readBody(context, clockSchema);
    const now = standIn.now();
    const to = 'to' in asked ? new Date(asked.to) : new Date(now.getTime() + asked.advanceSeconds * 1000);
    if (to.getTime() < now.getTime()) {
      const words = `It is ${now.toISOString()} in the sandbox; the clock only goes forwards.`;
      throw new StripeError(400, 'invalid_request_error', words);
    }
    standIn.advance(to);
    return context.json(clock(standIn));
  });

  control.put('/settings', async (context) => {
    const patch = await readBody(context, settingsSchema);
    standIn.perform(ownAccord, () => changeSettings(state, given(patch)));
    return context.json(settingsOf(state));
  });

  control.post('/seed', async (context) => {
    const asked = await readBody(context, seedSchema);
    return context.json({ customers: asked.customers, subscriptions: await seed(standIn, asked) }, 201);
  });

  addBankControls(control, standIn);

  control.post('/events/:id/redeliver', (context) => {
    const event = found(state.events, 'event', context.req.param('id'));
    const deliveries = standIn.deliveries.send([event], { again: true });
    return context.json({ deliveries }, 202);
  });

  control.post('/reset', (context) => {
    standIn.reset();
    return context.json({ reset: true });
  });

  control.all('*', (context) =>
    context.json({ error: `The sandbox has no control ${context.req.method} ${context.req.path}.` }, 404),
  );

  control.onError((error, context) => {
    if (error instanceof StripeError) return Response.json({ error: error.message }, { status: error.status });
    console.error(`The Stripe stand-in failed at ${context.req.method} ${context.req.path}.`, error);
    return context.json({ error: `The sandbox failed: ${error.message}` }, 500);
  });

  return control;
}

function clock(standIn: StandIn): { now: string; offsetSeconds: number } {
  return { now: standIn.now().toISOString(), offsetSeconds: settingsOf(standIn.state).clockOffsetSeconds };
}
