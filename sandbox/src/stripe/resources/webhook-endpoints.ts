import * as z from 'zod';
import { found } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { clearable, flag, given, mergeMetadata, metadata, text, webUrl } from '../api/params.ts';
import { route } from '../api/route.ts';
import { type ApiVersion, apiVersion, apiVersions } from '../api-version.ts';
import { eventTypes } from '../event-types.ts';
import { newId } from '../ids.ts';
import type { WebhookEndpoint } from '../objects.ts';
import type { Operation } from '../operation.ts';

/** The event types Stripe knows, or all of them: an endpoint for one it does not know would wait for ever. */
export const enabledEvents = z
  .array(text.refine((type) => type === '*' || eventTypes.has(type), 'must be one of the event types, or *'))
  .min(1);

const fields = z.strictObject({
  description: clearable.optional(),
  enabled_events: enabledEvents.optional(),
  metadata: metadata.optional(),
  url: webUrl.optional(),
});

const createParams = fields.extend({
  api_version: z.enum(apiVersions).optional(),
  enabled_events: enabledEvents,
  url: webUrl,
});

export const webhookEndpointRoutes = [
  route('post', '/v1/webhook_endpoints', createParams, (operation, params) => {
    const secret = newId.secret();
    const endpoint = createEndpoint(operation, params.url, secret, params.enabled_events, params.api_version);
    endpoint.description = params.description ?? null;
    endpoint.metadata = mergeMetadata({}, params.metadata);
    // Shown this once, as with Stripe.
    return { ...endpoint, secret };
  }),

  route('get', '/v1/webhook_endpoints/:id', z.strictObject({}), ({ state }, _params, id) =>
    found(state.webhookEndpoints, 'webhook_endpoint', id),
  ),

  route('post', '/v1/webhook_endpoints/:id', fields.extend({ disabled: flag.optional() }), ({ state }, params, id) => {
    const endpoint = found(state.webhookEndpoints, 'webhook_endpoint', id);
    const { disabled, metadata: words, ...rest } = params;
    return Object.assign(endpoint, {
      ...given(rest),
      ...(disabled !== undefined && { status: disabled ? 'disabled' : 'enabled' }),
      metadata: mergeMetadata(endpoint.metadata, words),
    });
  }),

  route('delete', '/v1/webhook_endpoints/:id', z.strictObject({}), ({ state }, _params, id) => {
    found(state.webhookEndpoints, 'webhook_endpoint', id);
    state.webhookEndpoints.delete(id);
    state.endpointSecrets.delete(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),

  route('get', '/v1/webhook_endpoints', paging, ({ state }, cursor) =>
    page('/v1/webhook_endpoints', state.webhookEndpoints, cursor),
  ),
];

function createEndpoint(
  operation: Operation,
  url: string,
  secret: string,
  types: string[],
  version: ApiVersion = apiVersion,
): WebhookEndpoint {
  const endpoint: WebhookEndpoint = {
    id: newId.webhookEndpoint(),
    object: 'webhook_endpoint',
    api_version: version,
    application: null,
    created: operation.at,
    description: null,
    enabled_events: types,
    livemode: false,
    metadata: {},
    status: 'enabled',
    url,
  };
  operation.state.webhookEndpoints.set(endpoint.id, endpoint);
  operation.state.endpointSecrets.set(endpoint.id, [secret]);
  return endpoint;
}

/**
 * Registers an endpoint whose secret is already known to its receiver. The same secret at another address is the
 * receiver come back on another port; another secret at the same address is a secret being rolled, and both sign.
 */
export function registerEndpoint(
  operation: Operation,
  url: string,
  secret: string,
  types: string[],
  version?: ApiVersion,
): WebhookEndpoint {
  const { webhookEndpoints, endpointSecrets } = operation.state;
  for (const endpoint of webhookEndpoints.values()) {
    const secrets = endpointSecrets.get(endpoint.id) ?? [];
    const known = secrets.includes(secret);
    if (!known && endpoint.url !== url) continue;
    if (!known) endpointSecrets.set(endpoint.id, [...secrets, secret]);
    return Object.assign(endpoint, { url, enabled_events: types, ...(version && { api_version: version }) });
  }
  return createEndpoint(operation, url, secret, types, version);
}
