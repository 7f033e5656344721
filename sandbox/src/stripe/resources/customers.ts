import * as z from 'zod';
import { found, missing } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { clearable, createdRange, given, isWithin, mergeMetadata, metadata, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import { cancelSubscription } from '../billing/cancel.ts';
import { invoicePrefix, newId } from '../ids.ts';
import type { Customer } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';

const address = z.strictObject({
  city: clearable.optional(),
  country: clearable.optional(),
  line1: clearable.optional(),
  line2: clearable.optional(),
  postal_code: clearable.optional(),
  state: clearable.optional(),
});

const fields = z.strictObject({
  address: address.optional(),
  description: clearable.optional(),
  email: clearable.optional(),
  metadata: metadata.optional(),
  name: clearable.optional(),
  phone: clearable.optional(),
  preferred_locales: z.array(text).optional(),
});

type Fields = z.output<typeof fields>;

export const customerRoutes = [
  route('post', '/v1/customers', fields, createCustomer),

  route('get', '/v1/customers/:id', z.strictObject({}), ({ state }, _params, id) => {
    const customer = state.customers.get(id) ?? state.deletedCustomers.get(id);
    if (!customer) throw missing('customer', id);
    return customer;
  }),

  route('post', '/v1/customers/:id', fields, (operation, params, id) => {
    const customer = found(operation.state.customers, 'customer', id);
    const { metadata: words, address: place, ...rest } = params;
    change(operation, 'customer.updated', customer, {
      ...given(rest),
      ...(place && { address: wholeAddress(place, customer.address) }),
      metadata: mergeMetadata(customer.metadata, words),
    });
    return customer;
  }),

  route('delete', '/v1/customers/:id', z.strictObject({}), (operation, _params, id) => {
    const { customers, deletedCustomers, subscriptions } = operation.state;
    const customer = found(customers, 'customer', id);
    for (const subscription of subscriptions.values()) {
      if (subscription.customer === id && subscription.status !== 'canceled')
        cancelSubscription(operation, subscription);
    }
    customers.delete(id);
    const tombstone = { id, object: 'customer', deleted: true } as const;
    deletedCustomers.set(id, tombstone);
    emit(operation, 'customer.deleted', customer);
    return tombstone;
  }),

  route(
    'get',
    '/v1/customers',
    paging.extend({ email: text.optional(), created: createdRange.optional() }),
    ({ state }, { email, created, ...cursor }) =>
      page(
        '/v1/customers',
        state.customers,
        cursor,
        (customer) => (email === undefined || customer.email === email) && isWithin(customer.created, created),
      ),
  ),
];

export function createCustomer(operation: Operation, params: Fields): Customer {
  const { metadata: words, address: place, ...rest } = params;
  const customer: Customer = {
    id: newId.customer(),
    object: 'customer',
    address: place ? wholeAddress(place, null) : null,
    balance: 0,
    created: operation.at,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: null,
    invoice_prefix: invoicePrefix(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...given(rest),
    metadata: mergeMetadata({}, words),
  };
  operation.state.customers.set(customer.id, customer);
  emit(operation, 'customer.created', customer);
  return customer;
}

function wholeAddress(
  given: z.output<typeof address>,
  current: Customer['address'] | undefined,
): NonNullable<Customer['address']> {
  const { city, country, line1, line2, postal_code, state } = { ...current, ...given };
  return {
    city: city ?? null,
    country: country ?? null,
    line1: line1 ?? null,
    line2: line2 ?? null,
    postal_code: postal_code ?? null,
    state: state ?? null,
  };
}
