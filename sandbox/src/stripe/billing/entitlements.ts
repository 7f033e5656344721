import { newId } from '../ids.ts';
import { type ActiveEntitlement, type ActiveEntitlementSummary, type Feature, wholeList } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';

// Who is late with a payment still has what was bought; Stripe takes it away with the subscription.
const entitling = ['active', 'past_due', 'trialing'];
const mostInSummary = 10;

/** What the customer may use, first come first. */
export function entitlementsOf(state: State, customer: string): ActiveEntitlement[] {
  return state.activeEntitlements.of('customer', customer).map((row) => row.entitlement);
}

/** After an operation: whose subscription it touched, and what that gives them or takes away. */
export function tellOfEntitlements(operation: Operation): void {
  const { state, events, scheduled = [] } = operation;
  if (state.productFeatures.size === 0) return;
  const named = events.flatMap(({ data: { object } }) => ('id' in object ? [String(object.id)] : []));
  const customers = [...named, ...scheduled].flatMap((id) => state.subscriptions.get(id)?.customer ?? []);
  for (const customer of new Set(customers)) settleEntitlements(operation, customer);
}

/** Brings the customer's entitlements in step with the subscriptions, and tells of the summary when it changed. */
export function settleEntitlements(operation: Operation, customer: string): void {
  const { state } = operation;
  const wanted = new Map(featuresOf(state, customer).map((feature) => [feature.id, feature]));
  const before = entitlementsOf(state, customer);
  const gone = before.filter((entitlement) => !wanted.has(entitlement.feature));
  const held = new Set(before.map((entitlement) => entitlement.feature));
  const added = [...wanted.values()].filter((feature) => !held.has(feature.id));
  if (gone.length === 0 && added.length === 0) return;
  for (const { id } of gone) state.activeEntitlements.delete(id);
  for (const { id: feature, lookup_key } of added) {
    const id = newId.entitlement();
    const entitlement: ActiveEntitlement = {
      id,
      object: 'entitlements.active_entitlement',
      feature,
      livemode: false,
      lookup_key,
    };
    state.activeEntitlements.set(id, { customer, entitlement });
  }
  const summary = summaryOf(customer, entitlementsOf(state, customer));
  emit(operation, 'entitlements.active_entitlement_summary.updated', summary, {
    entitlements: { data: summaryOf(customer, before).entitlements.data },
  });
}

function featuresOf(state: State, customer: string): Feature[] {
  const products = state.subscriptions
    .of('customer', customer)
    .filter((subscription) => entitling.includes(subscription.status))
    .flatMap((subscription) => subscription.items.data.map((item) => item.price.product));
  return [...new Set(products)].flatMap((product) =>
    state.productFeatures.of('product', product).map((row) => row.feature.entitlement_feature),
  );
}

/** The event carries ten at most; who needs them all lists them. */
function summaryOf(customer: string, entitlements: readonly ActiveEntitlement[]): ActiveEntitlementSummary {
  return {
    object: 'entitlements.active_entitlement_summary',
    customer,
    entitlements: {
      ...wholeList(`/v1/customer/${customer}/entitlements`, entitlements.slice(0, mostInSummary)),
      has_more: entitlements.length > mostInSummary,
    },
    livemode: false,
  };
}
