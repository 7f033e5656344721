import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { clearable, flag, given, mergeMetadata, metadata, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { newId } from '../ids.ts';
import type { Product } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';

const fields = z.strictObject({
  active: flag.optional(),
  description: clearable.optional(),
  images: z.array(text).optional(),
  metadata: metadata.optional(),
  name: text.min(1).optional(),
  statement_descriptor: text.optional(),
  unit_label: text.optional(),
  url: clearable.optional(),
});

const createParams = fields.extend({ id: text.optional(), name: text.min(1) });

export const productRoutes = [
  route('post', '/v1/products', createParams, createProduct),

  route('get', '/v1/products/:id', z.strictObject({}), ({ state }, _params, id) =>
    found(state.products, 'product', id),
  ),

  route('post', '/v1/products/:id', fields.extend({ default_price: text.optional() }), (operation, params, id) => {
    const { prices, products } = operation.state;
    const product = found(products, 'product', id);
    if (params.default_price) found(prices, 'price', params.default_price, 'default_price');
    const { metadata: words, ...rest } = params;
    change(operation, 'product.updated', product, {
      ...given(rest),
      metadata: mergeMetadata(product.metadata, words),
      updated: operation.at,
    });
    return product;
  }),

  route(
    'get',
    '/v1/products',
    paging.extend({ active: flag.optional(), ids: z.array(text).optional() }),
    ({ state }, { active, ids, ...cursor }) =>
      page(
        '/v1/products',
        state.products,
        cursor,
        (product) =>
          (active === undefined || product.active === active) && (ids === undefined || ids.includes(product.id)),
      ),
  ),
];

export function createProduct(operation: Operation, params: z.output<typeof createParams>): Product {
  const { id = newId.product(), metadata: words, ...rest } = params;
  if (operation.state.products.has(id)) {
    throw invalid(`Product already exists: ${id}`, { code: 'resource_already_exists' });
  }
  const product: Product = {
    id,
    object: 'product',
    active: true,
    created: operation.at,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    package_dimensions: null,
    shippable: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    updated: operation.at,
    url: null,
    ...given(rest),
    name: params.name,
    metadata: mergeMetadata({}, words),
  };
  operation.state.products.set(id, product);
  emit(operation, 'product.created', product);
  return product;
}
