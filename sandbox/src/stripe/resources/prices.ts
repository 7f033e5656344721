import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { currency, flag, given, mergeMetadata, metadata, text, wholeNumber } from '../api/params.ts';
import { route } from '../api/route.ts';
import { newId } from '../ids.ts';
import type { Price } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';

const interval = z.enum(['day', 'week', 'month', 'year']);

const createParams = z.strictObject({
  active: flag.default(true),
  currency,
  lookup_key: text.optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  product: text,
  recurring: z
    .strictObject({ interval, interval_count: wholeNumber.default(1), usage_type: z.literal('licensed').optional() })
    .optional(),
  tax_behavior: z.enum(['exclusive', 'inclusive', 'unspecified']).default('unspecified'),
  transfer_lookup_key: flag.optional(),
  unit_amount: wholeNumber.pipe(z.number().min(0)),
});

const updateParams = z.strictObject({
  active: flag.optional(),
  lookup_key: text.optional(),
  metadata: metadata.optional(),
  nickname: text.optional(),
  transfer_lookup_key: flag.optional(),
});

const listParams = paging.extend({
  active: flag.optional(),
  currency: currency.optional(),
  lookup_keys: z.array(text).max(10).optional(),
  product: text.optional(),
  type: z.enum(['one_time', 'recurring']).optional(),
});

export const priceRoutes = [
  route('post', '/v1/prices', createParams, createPrice),

  route('get', '/v1/prices/:id', z.strictObject({}), ({ state }, _params, id) => found(state.prices, 'price', id)),

  route('post', '/v1/prices/:id', updateParams, (operation, params, id) => {
    const { state } = operation;
    const price = found(state.prices, 'price', id);
    const { metadata: words, transfer_lookup_key: transfer, ...rest } = params;
    if (params.lookup_key !== price.lookup_key) takeLookupKey(state, params.lookup_key, transfer);
    change(operation, 'price.updated', price, { ...given(rest), metadata: mergeMetadata(price.metadata, words) });
    return price;
  }),

  route('get', '/v1/prices', listParams, ({ state }, params) =>
    page('/v1/prices', state.prices, params, (price) => {
      const { active, currency, lookup_keys: keys, product, type } = params;
      return (
        (active === undefined || price.active === active) &&
        (currency === undefined || price.currency === currency) &&
        (keys === undefined || keys.includes(price.lookup_key ?? '')) &&
        (product === undefined || price.product === product) &&
        (type === undefined || price.type === type)
      );
    }),
  ),
];

export function createPrice(operation: Operation, params: z.output<typeof createParams>): Price {
  const { state, at } = operation;
  found(state.products, 'product', params.product, 'product');
  takeLookupKey(state, params.lookup_key, params.transfer_lookup_key);
  const price: Price = {
    id: newId.price(),
    object: 'price',
    active: params.active,
    billing_scheme: 'per_unit',
    created: at,
    currency: params.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: params.lookup_key ?? null,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname ?? null,
    product: params.product,
    recurring: params.recurring
      ? {
          interval: params.recurring.interval,
          interval_count: params.recurring.interval_count,
          meter: null,
          trial_period_days: null,
          usage_type: 'licensed',
        }
      : null,
    tax_behavior: params.tax_behavior,
    tiers_mode: null,
    transform_quantity: null,
    type: params.recurring ? 'recurring' : 'one_time',
    unit_amount: params.unit_amount,
    unit_amount_decimal: String(params.unit_amount),
  };
  state.prices.set(price.id, price);
  emit(operation, 'price.created', price);
  return price;
}

/** A lookup key names one price; another takes it only when told to. */
function takeLookupKey(state: State, key: string | undefined, transfer = false): void {
  if (!key) return;
  const holder = [...state.prices.values()].find((price) => price.lookup_key === key);
  if (!holder) return;
  if (!transfer) {
    throw invalid(`A price (\`${holder.id}\`) already uses that lookup key.`, { param: 'lookup_key' });
  }
  holder.lookup_key = null;
}
