import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { found, StripeError } from './api/errors.ts';
import { given } from './api/params.ts';
import { closeDispute, disputeOutcomeSchema, disputeSchema, openDispute } from './billing/dispute.ts';
import { warnOfFraud } from './billing/fraud.ts';
import { forceInvoice } from './billing/invoice.ts';
import { renewCard } from './billing/payment-method.ts';
import { failRefund } from './billing/refund.ts';
import { renewNow } from './billing/renew.ts';
import { settle } from './billing/settle.ts';
import { lastFours } from './billing/test-methods.ts';
import { faultsSchema } from './faults.ts';
import { registerEndpoint } from './resources/webhook-endpoints.ts';
import { seed, seedSchema } from './seed.ts';
import { ownAccord, type StandIn } from './stand-in.ts';
import { changeSettings, settingsOf } from './state.ts';

const endpointSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().startsWith('whsec_', 'must start with whsec_').min(12),
  enabledEvents: z.array(z.string()).min(1).default(['*']),
});

const outcomeSchema = z.strictObject({ outcome: z.enum(['paid', 'failed']) });

const clockSchema = z.union([
  z.strictObject({ advanceSeconds: z.int().min(0) }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
]);

const settlementSchema = z.strictObject({ outcome: z.enum(['succeeded', 'failed']) });

const cardUpdateSchema = z.strictObject({
  lastFour: z.enum(lastFours).optional(),
  expMonth: z.int().min(1).max(12).optional(),
  expYear: z.int().min(2000).max(2099).optional(),
});

const fraudSchema = z.strictObject({
  fraudType: z
    .enum([
      'card_never_received',
      'fraudulent_card_application',
      'made_with_lost_card',
      'made_with_stolen_card',
      'misc',
    ])
    .default('made_with_stolen_card'),
});

const refundFailureSchema = z.strictObject({
  reason: z.enum(['expired_or_canceled_card', 'lost_or_stolen_card', 'unknown']).default('lost_or_stolen_card'),
});

const settingsSchema = z.strictObject({
  afterLastRetry: z.enum(['cancel', 'past_due', 'unpaid']).optional(),
  bankDebitDays: z.int().min(0).max(60).optional(),
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
    const { url, secret, enabledEvents } = await readBody(context, endpointSchema);
    const endpoint = standIn.perform(ownAccord, (operation) => registerEndpoint(operation, url, secret, enabledEvents));
    standIn.deliveries.resume();
    return context.json(endpoint, 201);
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

  control.post('/subscriptions/:id/renew', async (context) => {
    const { outcome } = await readBody(context, outcomeSchema);
    const subscription = found(state.subscriptions, 'subscription', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => renewNow(operation, subscription, outcome));
    return context.json({ subscription, invoice: state.invoices.get(subscription.latest_invoice ?? '') ?? null });
  });

  control.post('/invoices/:id/retry', async (context) => {
    const { outcome } = await readBody(context, outcomeSchema);
    const invoice = found(state.invoices, 'invoice', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => forceInvoice(operation, invoice, outcome));
    return context.json({ invoice });
  });

  control.post('/payment_intents/:id/settle', async (context) => {
    const { outcome } = await readBody(context, settlementSchema);
    const intent = found(state.paymentIntents, 'payment_intent', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => settle(operation, intent, outcome === 'succeeded'));
    return context.json({ paymentIntent: intent });
  });

  control.post('/charges/:id/dispute', async (context) => {
    const asked = await readBody(context, disputeSchema);
    const charge = found(state.charges, 'charge', context.req.param('id'));
    const dispute = standIn.perform(ownAccord, (operation) => openDispute(operation, charge, asked));
    return context.json({ dispute }, 201);
  });

  control.post('/disputes/:id/close', async (context) => {
    const { outcome } = await readBody(context, disputeOutcomeSchema);
    const dispute = found(state.disputes, 'dispute', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => closeDispute(operation, dispute, outcome));
    return context.json({ dispute });
  });

  control.post('/charges/:id/early_fraud_warning', async (context) => {
    const { fraudType } = await readBody(context, fraudSchema);
    const charge = found(state.charges, 'charge', context.req.param('id'));
    const earlyFraudWarning = standIn.perform(ownAccord, (operation) => warnOfFraud(operation, charge, fraudType));
    return context.json({ earlyFraudWarning }, 201);
  });

  control.post('/refunds/:id/fail', async (context) => {
    const { reason } = await readBody(context, refundFailureSchema);
    const refund = found(state.refunds, 'refund', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => failRefund(operation, refund, reason));
    return context.json({ refund });
  });

  control.post('/payment_methods/:id/update', async (context) => {
    const update = await readBody(context, cardUpdateSchema);
    const method = found(state.paymentMethods, 'PaymentMethod', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => renewCard(operation, method, update));
    return context.json({ paymentMethod: method });
  });

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

async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await context.req.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StripeError(400, 'invalid_request_error', `${context.req.path} takes a JSON body, and this is not JSON.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error);
  throw new StripeError(400, 'invalid_request_error', `The body of ${context.req.path} is not right:\n${problems}`);
}
