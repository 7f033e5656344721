import { StripeError } from './errors.ts';

export type Permissions = { readonly [name in PermissionName]?: 'read' | 'write' | undefined };

/** Where a path begins, the permission it asks for, and what Stripe calls that in its refusals. */
const table = [
  ['/v1/account', 'accounts', 'rak_accounts_kyc_basic'],
  ['/v1/billing_portal', 'customer_portal', 'rak_customer_portal'],
  ['/v1/charges', 'charges', 'rak_charge'],
  ['/v1/checkout', 'checkout_sessions', 'rak_checkout_session'],
  ['/v1/coupons', 'coupons', 'rak_coupon'],
  ['/v1/customers', 'customers', 'rak_customer'],
  ['/v1/disputes', 'disputes', 'rak_dispute'],
  ['/v1/entitlements', 'entitlements', 'rak_entitlements'],
  ['/v1/events', 'events', 'rak_event'],
  ['/v1/invoice', 'invoices', 'rak_invoice'],
  ['/v1/payment_intents', 'payment_intents', 'rak_payment_intent'],
  ['/v1/payment_methods', 'payment_methods', 'rak_payment_method'],
  ['/v1/prices', 'prices', 'rak_plan'],
  ['/v1/products', 'products', 'rak_product'],
  ['/v1/promotion_codes', 'promotion_codes', 'rak_promotion_code'],
  ['/v1/radar', 'radar', 'rak_radar'],
  ['/v1/refunds', 'charges', 'rak_charge'],
  ['/v1/setup_intents', 'setup_intents', 'rak_setup_intent'],
  ['/v1/subscription', 'subscriptions', 'rak_subscription'],
  ['/v1/test_helpers', 'test_clocks', 'rak_test_clock'],
  ['/v1/webhook_endpoints', 'webhook_endpoints', 'rak_webhook'],
  ['/v2/core/events', 'events', 'rak_event'],
] as const;

type PermissionName = (typeof table)[number][1];

export const permissionNames = [...new Set(table.map(([, name]) => name))];

/** Refuses what a restricted key may not do. Reading comes with writing. */
export function requirePermission(key: string, permissions: Permissions, method: string, path: string): void {
  const asked = table.find(([prefix]) => path.startsWith(prefix));
  const access = method === 'GET' ? 'read' : 'write';
  const granted = asked && permissions[asked[1]];
  if (granted === 'write' || granted === access) return;
  const hidden = `${key.slice(0, 8)}${'*'.repeat(12)}${key.slice(-4)}`;
  const remedy = asked && ` Having the '${asked[2]}_${access}' permission would allow this request to continue.`;
  throw new StripeError(
    403,
    'invalid_request_error',
    `The provided key '${hidden}' does not have the required permissions for this endpoint on account '${accountId}'.${remedy ?? ''}`,
  );
}

export const accountId = 'acct_1OnpaidSandbox00';
