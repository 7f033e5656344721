import * as z from 'zod';
import { found, invalid, missing } from '../api/errors.ts';
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
  invoice_settings: z.strictObject({ default_payment_method: clearable.optional() }).optional(),
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
    const { metadata: words, address: place, invoice_settings: settings, ...rest } = params;
    change(operation, 'customer.updated', customer, {
      ...given(rest),
      ...(place && { address: wholeAddress(place, customer.address) }),
      ...(settings && { invoice_settings: invoiceSettings(operation, customer, settings) }),
      metadata: mergeMetadata(customer.metadata, words),
    });
    // The table finds customers by their address.
    operation.state.customers.set(id, customer);
    return customer;
  }),

  route('delete', '/v1/customers/:id', z.strictObject({}), (operation, _params, id) => {
    const { customers, deletedCustomers, subscriptions } = operation.state;
    const customer = found(customers, 'customer', id);
    for (const subscription of subscriptions.of('customer', id)) {
      if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') continue;
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
        { email },
      ),
  ),
];

export function createCustomer(operation: Operation, params: Fields): Customer {
  const { metadata: words, address: place, invoice_settings: _none, ...rest } = params;
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

function invoiceSettings(
  { state }: Operation,
  customer: Customer,
  settings: NonNullable<Fields['invoice_settings']>,
): Customer['invoice_settings'] {
  const id = settings.default_payment_method;
  if (id) {
    const method = found(state.paymentMethods, 'PaymentMethod', id, 'invoice_settings[default_payment_method]');
    if (method.customer !== customer.id) {
      throw invalid('The customer does not have a payment method with this ID. It must be attached first.', {
        param: 'invoice_settings[default_payment_method]',
      });
    }
  }
  return { ...customer.invoice_settings, ...given(settings) };
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
