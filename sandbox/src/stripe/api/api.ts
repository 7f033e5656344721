import { setTimeout as wait } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
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
import { webhookEndpointRoutes } from '../resources/webhook-endpoints.ts';
import type { StandIn } from '../stand-in.ts';
import { invalid, StripeError } from './errors.ts';
import { expanded } from './expand.ts';
import { fingerprint, saveAnswer, savedAnswer } from './idempotency.ts';
import { parseParams } from './params.ts';
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
  ...webhookEndpointRoutes,
];

const expandSchema = z.object({ expand: z.array(z.string()) });

type Env = { Variables: { requestId: string } };

/** Stripe's API: who asks, what goes wrong on purpose, the route, and what is kept of the answer. */
export function stripeApi(standIn: StandIn, secretKey: string): Hono<Env> {
  const api = new Hono<Env>();

  api.use(async (context, next) => {
    context.set('requestId', newId.request());
    context.header('Request-Id', context.get('requestId'));
    context.header('Stripe-Version', apiVersion);
    authenticate(context.req.header('authorization'), secretKey);
    speakSameVersion(context.req.header('stripe-version'));
    await misbehave(standIn);
    await next();
  });

  for (const route of routes) api[route.method](route.path, (context) => answer(standIn, route, context));

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
  const { method, path } = context.req;
  const params = await readParams(context);
  const key = method === 'POST' ? context.req.header('idempotency-key') : undefined;
  const print = fingerprint(method, path, params);
  const saved = key === undefined ? undefined : savedAnswer(standIn.state, key, print, standIn.now());
  if (saved) {
    context.header('Idempotent-Replayed', 'true');
    return context.json(saved.body as object);
  }
  const { expand = [], ...raw } = params;
  const paths = parseParams(expandSchema, { expand }).expand;
  let refusal: StripeError | undefined;
  const run = (operation: Operation) => {
    const object = route.answer(operation, raw, context.req.param('id') ?? '');
    refusal = operation.refusal;
    if (refusal) return {};
    const body = expanded(object, paths, standIn.state);
    if (key !== undefined) saveAnswer(standIn.state, key, print, body, standIn.now());
    return body;
  };
  if (method === 'GET') return context.json(standIn.look(run));
  const body = standIn.perform({ id: context.get('requestId'), idempotency_key: key ?? null }, run);
  if (refusal) throw refusal;
  return context.json(body);
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

function authenticate(header: string | undefined, secretKey: string): void {
  const [scheme = '', credentials = ''] = (header ?? '').split(' ');
  const basic = scheme.toLowerCase() === 'basic';
  const key = basic ? Buffer.from(credentials, 'base64').toString().replace(/:.*$/, '') : credentials;
  if (key === secretKey) return;
  throw new StripeError(
    401,
    'invalid_request_error',
    key === ''
      ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
      : `Invalid API Key provided: ${key.slice(0, 8)}****`,
  );
}

function speakSameVersion(asked: string | undefined): void {
  if (asked === undefined || asked === apiVersion) return;
  throw invalid(`Invalid Stripe API version: ${asked}. The sandbox speaks ${apiVersion} only.`);
}

async function misbehave(standIn: StandIn): Promise<void> {
  const { status, latencyMs = 0 } = standIn.faults.api ?? {};
  if (latencyMs > 0) await wait(latencyMs);
  if (status === undefined) return;
  const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'api_error' : 'invalid_request_error';
  throw new StripeError(status, type, `The sandbox was told to answer ${status}.`);
}

function respond(error: StripeError, context: Context<Env>): Response {
  return Response.json(error.body(context.get('requestId')), {
    status: error.status,
    headers: { 'Request-Id': context.get('requestId'), 'Stripe-Version': apiVersion },
  });
}
