import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { flag, given, mergeMetadata, metadata, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { entitlementsOf, settleEntitlements } from '../billing/entitlements.ts';
import { newId } from '../ids.ts';
import type { Feature, ProductFeature } from '../objects.ts';
import type { Operation } from '../operation.ts';
import { tableOf } from '../table.ts';

const nothing = z.strictObject({});

export const entitlementRoutes = [
  route(
    'post',
    '/v1/entitlements/features',
    z.strictObject({ lookup_key: text.max(80), metadata: metadata.optional(), name: text.max(80) }),
    ({ state }, { lookup_key, metadata: words, name }) => {
      if ([...state.features.values()].some((feature) => feature.lookup_key === lookup_key)) {
        throw invalid(`A feature already uses the lookup key ${lookup_key}.`, { param: 'lookup_key' });
      }
      const feature: Feature = {
        id: newId.feature(),
        object: 'entitlements.feature',
        active: true,
        livemode: false,
        lookup_key,
        metadata: mergeMetadata({}, words),
        name,
      };
      state.features.set(feature.id, feature);
      return feature;
    },
  ),

  route('get', '/v1/entitlements/features/:id', nothing, ({ state }, _params, id) =>
    found(state.features, 'entitlements.feature', id),
  ),

  route(
    'post',
    '/v1/entitlements/features/:id',
    z.strictObject({ active: flag.optional(), metadata: metadata.optional(), name: text.optional() }),
    ({ state }, { metadata: words, ...rest }, id) => {
      const feature = found(state.features, 'entitlements.feature', id);
      return Object.assign(feature, given(rest), { metadata: mergeMetadata(feature.metadata, words) });
    },
  ),

  route(
    'get',
    '/v1/entitlements/features',
    paging.extend({ archived: flag.optional(), lookup_key: text.optional() }),
    ({ state }, { archived = false, lookup_key: key, ...cursor }) =>
      page(
        '/v1/entitlements/features',
        state.features,
        cursor,
        (feature) => feature.active !== archived && (key === undefined || feature.lookup_key === key),
      ),
  ),

  route(
    'get',
    '/v1/entitlements/active_entitlements',
    paging.extend({ customer: text }),
    ({ state }, { customer, ...cursor }) => {
      found(state.customers, 'customer', customer, 'customer');
      return page('/v1/entitlements/active_entitlements', tableOf(entitlementsOf(state, customer)), cursor);
    },
  ),

  route('post', '/v1/products/:id/features', z.strictObject({ entitlement_feature: text }), (operation, params, id) => {
    const { state } = operation;
    found(state.products, 'product', id);
    const feature = found(state.features, 'entitlements.feature', params.entitlement_feature, 'entitlement_feature');
    const made: ProductFeature = {
      id: newId.productFeature(),
      object: 'product_feature',
      entitlement_feature: feature,
      livemode: false,
    };
    state.productFeatures.set(made.id, { product: id, feature: made });
    settleBuyers(operation, id);
    return made;
  }),

  route('get', '/v1/products/:id/features', paging, ({ state }, cursor, id) => {
    found(state.products, 'product', id);
    const features = state.productFeatures.of('product', id).map((row) => row.feature);
    return page(`/v1/products/${id}/features`, tableOf(features), cursor);
  }),

  route('delete', '/v1/products/:product/features/:id', nothing, (operation, _params, id) => {
    const { product } = found(operation.state.productFeatures, 'product_feature', id);
    operation.state.productFeatures.delete(id);
    settleBuyers(operation, product);
    return { id, object: 'product_feature', deleted: true };
  }),
];

/** What a product gives has changed, and with it what everybody has who bought it. */
function settleBuyers(operation: Operation, product: string): void {
  const customers = new Set<string>();
  for (const subscription of operation.state.subscriptions.values()) {
    if (subscription.items.data.some((item) => item.price.product === product)) customers.add(subscription.customer);
  }
  for (const customer of customers) settleEntitlements(operation, customer);
}
