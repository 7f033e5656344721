import { pinnedApiVersion } from '@onpaid/engine';
import type Stripe from 'stripe';
import { ask } from './ask.ts';
import { ENDPOINT_MARK, type Endpoint, markOf, SECRET_MARK, type WantedEndpoint } from './plan.ts';

type EventTypes = Stripe.WebhookEndpointCreateParams.EnabledEvent[];

/** All of them: sixteen are allowed, and other people's count too. */
export async function readEndpoints(stripe: Stripe): Promise<Endpoint[]> {
  const endpoints: Endpoint[] = [];
  for await (const endpoint of stripe.webhookEndpoints.list({ limit: 100 })) endpoints.push(endpoint);
  return endpoints;
}

/** The secret is shown by this call alone, so it is handed on before anything else is tried. */
export async function createEndpoint(stripe: Stripe, wanted: WantedEndpoint): Promise<{ id: string; secret: string }> {
  const { id, secret } = await ask(`Creating the webhook endpoint at ${wanted.url}`, () =>
    stripe.webhookEndpoints.create({
      url: wanted.url,
      enabled_events: eventTypes(wanted),
      api_version: pinnedApiVersion,
      description: 'Onpaid: what it acts on, and nothing else',
      metadata: { [ENDPOINT_MARK]: 'webhook' },
    }),
  );
  if (secret === undefined) throw new Error(`Stripe made webhook endpoint ${id} and showed no signing secret.`);
  return { id, secret };
}

/** So that a later run can tell whether the secret it finds is this endpoint's. */
export async function markSecret(stripe: Stripe, id: string, secret: string): Promise<void> {
  await ask(`Marking webhook endpoint ${id}`, () =>
    stripe.webhookEndpoints.update(id, { metadata: { [SECRET_MARK]: markOf(secret) } }),
  );
}

export async function updateEndpoint(stripe: Stripe, id: string, wanted: WantedEndpoint): Promise<void> {
  await ask(`Updating webhook endpoint ${id}`, () =>
    stripe.webhookEndpoints.update(id, { enabled_events: eventTypes(wanted), disabled: false }),
  );
}

export async function removeEndpoint(stripe: Stripe, id: string): Promise<void> {
  await ask(`Removing webhook endpoint ${id}`, () => stripe.webhookEndpoints.del(id));
}

/** The types of our table are Stripe's; a test creates an endpoint with each of them. */
function eventTypes({ types }: WantedEndpoint): EventTypes {
  return [...types] as EventTypes;
}
