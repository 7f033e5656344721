import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import qs from 'qs';
import * as z from 'zod';
import { apiVersion } from '../api-version.ts';
import { newId } from '../ids.ts';
import type { Operation } from '../operation.ts';
import { accountRoutes } from '../resources/account.ts';
import { checkoutSessionRoutes } from '../resources/checkout-sessions.ts';
import { couponRoutes } from '../resources/coupons.ts';
import { customerRoutes } from '../resources/customers.ts';
import { disputeRoutes } from '../resources/disputes.ts';
import { entitlementRoutes } from '../resources/entitlements.ts';
import { eventRoutes } from '../resources/events.ts';
import { invoiceRoutes } from '../resources/invoices.ts';
import { paymentMethodRoutes } from '../resources/payment-methods.ts';
import { paymentRoutes } from '../resources/payments.ts';
import { portalRoutes } from '../resources/portal.ts';
import { priceRoutes } from '../resources/prices.ts';
import { productRoutes } from '../resources/products.ts';
import { refundRoutes } from '../resources/refunds.ts';
import { subscriptionRoutes } from '../resources/subscriptions.ts';
import { thinEventRoutes } from '../resources/thin-events.ts';
import { webhookEndpointRoutes } from '../resources/webhook-endpoints.ts';
import { ownAccord, type StandIn } from '../stand-in.ts';
import { keyOf, restrictedKey } from './authenticate.ts';
import { invalid, StripeError } from './errors.ts';
import { expanded } from './expand.ts';
import { fingerprint, saveAnswer, savedAnswer, underKey } from './idempotency.ts';
import { failByChance, limitRate, misbehave } from './misbehave.ts';
import { parseParams } from './params.ts';
import { requirePermission } from './permissions.ts';
import type { Route } from './route.ts';

const routes: Route[] = [
  ...accountRoutes,
  ...checkoutSessionRoutes,
  ...couponRoutes,
  ...customerRoutes,
  ...disputeRoutes,
  ...entitlementRoutes,
  ...eventRoutes,
  ...invoiceRoutes,
  ...paymentMethodRoutes,
  ...paymentRoutes,
  ...portalRoutes,
  ...priceRoutes,
  ...productRoutes,
  ...refundRoutes,
  ...subscriptionRoutes,
  ...thinEventRoutes,
  ...webhookEndpointRoutes,
];

const expandSchema = z.object({ expand: z.array(z.string()) });

type Env = { Variables: { requestId: string } };

/** Stripe's API: who asks and may, what goes wrong on purpose, the route, and what is kept of the answer. */
export function stripeApi(standIn: StandIn, secretKey: string): Hono<Env> {
  const api = new Hono<Env>();
  const takenKeys = new Set<string>();

  api.use(async (context, next) => {
    context.set('requestId', newId.request());
    context.header('Request-Id', context.get('requestId'));
    context.header('Stripe-Version', apiVersion);
    const key = keyOf(context.req.header('authorization'));
    const permissions = key === secretKey ? undefined : restrictedKey(standIn.state, key);
    if (permissions) requirePermission(key, permissions, context.req.method, context.req.path);
    speakSameVersion(context.req.header('stripe-version'));
    await next();
  });

  for (const route of routes) {
    api[route.method](route.path, async (context) => {
      limitRate(standIn.faults, route);
      return underKey(takenKeys, idempotencyKey(context), async () => {
        await misbehave(standIn.faults);
        return answer(standIn, route, context);
      });
    });
  }

  api.notFound((context) => {
    const { method, path } = context.req;
    const error = new StripeError(
      404,
      'invalid_request_error',
      `Unrecognized request URL (${method}: ${path}). The sandbox has no such route.`,
    );
    return respond(error, context);
  });

  api.onError((error, context) => {
    if (error instanceof StripeError) return respond(error, context);
    console.error(`The Stripe stand-in failed at ${context.req.method} ${context.req.path}.`, error);
    return respond(new StripeError(500, 'api_error', `The sandbox failed: ${error.message}`), context);
  });

  return api;
}

async function answer(standIn: StandIn, route: Route, context: Context<Env>): Promise<Response> {
  const { state } = standIn;
  const { method, path } = context.req;
  const params = await readParams(context);
  const key = idempotencyKey(context);
  const print = fingerprint(method, path, params);
  const saved = key === undefined ? undefined : savedAnswer(state, key, print, standIn.now());
  if (saved) {
    context.header('Idempotent-Replayed', 'true');
    return context.json(saved.body as object, saved.status as ContentfulStatusCode);
  }
  const { expand = [], ...raw } = params;
  const paths = parseParams(expandSchema, { expand }).expand;
  const save = (status: number, body: object) => {
    if (key !== undefined) saveAnswer(state, key, { fingerprint: print, status, body }, standIn.now());
  };
  let refusal: StripeError | undefined;
  const run = (operation: Operation) => {
    failByChance(standIn.faults);
    const object = route.answer(operation, raw, context.req.param('id') ?? '');
    // Something happened all the same, such as a declined payment: its events stay, and the answer is an error.
    refusal = operation.refusal;
    if (refusal) return {};
    const body = expanded(object, paths, state);
    save(200, body);
    return body;
  };
  try {
    if (method === 'GET') return context.json(standIn.look(run));
    const body = standIn.perform({ id: context.get('requestId'), idempotency_key: key ?? null }, run);
    if (refusal) throw refusal;
    return context.json(body);
  } catch (error) {
    if (error instanceof StripeError && (error.status === 402 || error.status >= 500)) {
      standIn.perform(ownAccord, () => save(error.status, error.body(context.get('requestId'))));
    }
    throw error;
  }
}

function idempotencyKey(context: Context): string | undefined {
  return context.req.method === 'POST' ? context.req.header('idempotency-key') : undefined;
}

/** GET and DELETE carry their parameters in the query, POST in a form body. */
async function readParams(context: Context): Promise<Record<string, unknown>> {
  const options = { arrayLimit: 1000, depth: 10, parameterLimit: 5000 };
  const query = qs.parse(new URL(context.req.url).search.slice(1), options);
  if (context.req.method !== 'POST') return query;
  const body = await context.req.text();
  const type = context.req.header('content-type') ?? '';
  if (body !== '' && !type.startsWith('application/x-www-form-urlencoded')) {
    throw invalid('Invalid request (check that your POST content type is application/x-www-form-urlencoded).');
  }
  return { ...query, ...qs.parse(body, options) };
}

function speakSameVersion(asked: string | undefined): void {
  if (asked === undefined || asked === apiVersion) return;
  throw invalid(`Invalid Stripe API version: ${asked}. The sandbox speaks ${apiVersion} only.`);
}

function respond(error: StripeError, context: Context<Env>): Response {
  return Response.json(error.body(context.get('requestId')), {
    status: error.status,
    headers: { 'Request-Id': context.get('requestId'), 'Stripe-Version': apiVersion, ...error.headers },
  });
}
