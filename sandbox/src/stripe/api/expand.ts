import { wholeList } from '../objects.ts';
import type { State } from '../state.ts';
import { invalid } from './errors.ts';

const deepest = 4;

/** A copy of the answer with the named references replaced by their objects. */
export function expanded(answer: object, paths: readonly string[], state: State): object {
  if (paths.length === 0) return answer;
  const copy = structuredClone(answer);
  for (const path of paths) {
    const levels = path.split('.');
    if (levels.length > deepest) {
      throw invalid(`You cannot expand more than ${deepest} levels of a property. Property: ${path}`, {
        param: 'expand',
      });
    }
    expand(copy, levels, path, state);
  }
  return copy;
}

function expand(value: unknown, [key, ...rest]: string[], path: string, state: State): void {
  if (Array.isArray(value)) {
    for (const item of value) expand(item, key ? [key, ...rest] : [], path, state);
    return;
  }
  if (!isHash(value) || key === undefined) return;
  const included = include(value, key, state);
  if (!(key in value) && included === undefined) {
    throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  }
  const current = included ?? value[key];
  value[key] = typeof current === 'string' ? (lookUp(current, path, state) ?? current) : current;
  expand(value[key], rest, path, state);
}

/** What Stripe leaves out of an object unless it is asked for. */
function include(object: Record<string, unknown>, key: string, state: State): unknown {
  const id = String(object.id);
  if (object.object === 'invoice' && key === 'payments') {
    const payments = state.invoicePayments.of('invoice', id);
    return structuredClone(wholeList('/v1/invoice_payments', payments));
  }
  if (object.object === 'checkout.session' && key === 'line_items') {
    const items = state.checkoutPlans.get(id)?.lineItems ?? [];
    return structuredClone(wholeList(`/v1/checkout/sessions/${id}/line_items`, items));
  }
  if (object.object === 'charge' && key === 'refunds') {
    const refunds = state.refunds.of('charge', id).toReversed();
    return structuredClone(wholeList(`/v1/charges/${id}/refunds`, refunds));
  }
  if (object.object === 'customer' && key === 'subscriptions') {
    const subscriptions = state.subscriptions
      .of('customer', id)
      .filter((subscription) => subscription.status !== 'canceled');
    return structuredClone(wholeList(`/v1/customers/${id}/subscriptions`, subscriptions));
  }
  return undefined;
}

const tables: [prefix: string, find: (state: State, id: string) => object | undefined][] = [
  ['ch_', (state, id) => state.charges.get(id)],
  ['cus_', (state, id) => state.customers.get(id) ?? state.deletedCustomers.get(id)],
  ['du_', (state, id) => state.disputes.get(id)],
  ['di_', (state, id) => state.discounts.get(id)],
  ['feat_', (state, id) => state.features.get(id)],
  ['in_', (state, id) => state.invoices.get(id)],
  ['inpay_', (state, id) => state.invoicePayments.get(id)],
  ['pi_', (state, id) => state.paymentIntents.get(id)],
  ['pm_', (state, id) => state.paymentMethods.get(id)],
  ['price_', (state, id) => state.prices.get(id)],
  ['prod_', (state, id) => state.products.get(id)],
  ['re_', (state, id) => state.refunds.get(id)],
  ['sub_', (state, id) => state.subscriptions.get(id)],
];

function lookUp(id: string, path: string, state: State): object | undefined {
  const table = tables.find(([prefix]) => id.startsWith(prefix));
  if (!table) throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  const row = table[1](state, id);
  return row && structuredClone(row);
}

function isHash(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
