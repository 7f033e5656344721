import * as z from 'zod';
import { found } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { flag, mergeMetadata, metadata, text, webUrl } from '../api/params.ts';
import { route } from '../api/route.ts';
import { newId } from '../ids.ts';
import type { PortalConfiguration, PortalSession } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';

const enabled = z.strictObject({ enabled: flag });

const configurationParams = z.strictObject({
  default_return_url: webUrl.optional(),
  features: z.strictObject({
    invoice_history: enabled.optional(),
    payment_method_update: enabled.optional(),
    subscription_cancel: enabled.optional(),
  }),
  metadata: metadata.optional(),
  name: text.optional(),
});

const sessionParams = z.strictObject({
  configuration: text.optional(),
  customer: text,
  locale: text.optional(),
  return_url: webUrl.optional(),
});

type ConfigurationParams = z.output<typeof configurationParams>;

export const portalRoutes = [
  route('post', '/v1/billing_portal/configurations', configurationParams, (operation, params) =>
    createConfiguration(operation, params, false),
  ),

  route('get', '/v1/billing_portal/configurations/:id', z.strictObject({}), ({ state }, _params, id) =>
    found(state.portalConfigurations, 'configuration', id),
  ),

  route('get', '/v1/billing_portal/configurations', paging, ({ state }, cursor) =>
    page('/v1/billing_portal/configurations', state.portalConfigurations, cursor),
  ),

  route('post', '/v1/billing_portal/sessions', sessionParams, (operation, params) => {
    const { state, at, baseUrl } = operation;
    const customer = found(state.customers, 'customer', params.customer, 'customer');
    const configuration = params.configuration
      ? found(state.portalConfigurations, 'configuration', params.configuration, 'configuration')
      : ([...state.portalConfigurations.values()].find((row) => row.is_default) ??
        createConfiguration(operation, { features: {} }, true));
    const id = newId.portalSession();
    const session: PortalSession = {
      id,
      object: 'billing_portal.session',
      configuration: configuration.id,
      created: at,
      customer: customer.id,
      customer_account: null,
      flow: null,
      livemode: false,
      locale: (params.locale ?? null) as PortalSession['locale'],
      on_behalf_of: null,
      return_url: params.return_url ?? configuration.default_return_url,
      url: `${baseUrl}/p/session/${id}`,
    };
    state.portalSessions.set(id, session);
    emit(operation, 'billing_portal.session.created', session);
    return session;
  }),
];

function createConfiguration(
  operation: Operation,
  { features, metadata: words, ...rest }: ConfigurationParams,
  isDefault: boolean,
): PortalConfiguration {
  const configuration: PortalConfiguration = {
    id: newId.portalConfiguration(),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: operation.at,
    default_return_url: rest.default_return_url ?? null,
    features: {
      customer_update: { allowed_updates: [], enabled: false },
      invoice_history: { enabled: features.invoice_history?.enabled ?? true },
      payment_method_update: {
        enabled: features.payment_method_update?.enabled ?? true,
        payment_method_configuration: null,
      },
      subscription_cancel: {
        cancellation_reason: { enabled: false, feedback_options: null, options: [] },
        enabled: features.subscription_cancel?.enabled ?? true,
        mode: 'at_period_end',
        proration_behavior: 'none',
      },
      subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
      subscription_update: {
        billing_cycle_anchor: null,
        default_allowed_updates: ['price'],
        enabled: true,
        proration_behavior: 'create_prorations',
        schedule_at_period_end: { conditions: [] },
        trial_update_behavior: 'continue_trial',
      },
    },
    is_default: isDefault,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: mergeMetadata({}, words),
    name: rest.name ?? null,
    updated: operation.at,
  };
  operation.state.portalConfigurations.set(configuration.id, configuration);
  emit(operation, 'billing_portal.configuration.created', configuration);
  return configuration;
}
