import type { Payloads } from '@onpaid/engine';

/**
 * What the founder's app is told. The version only rises, so that a grant that comes late cannot overtake a revocation:
 * the app keeps the highest version it has seen for a customer and ignores lower ones.
 */
export function accountUpdated(desired: Payloads['app.account'], version: number) {
  const { customerId, email, name, access, reason, plans, grants, until } = desired;
  return {
    type: 'account.updated',
    data: { customerId, version, email, name, access, reason, plans, grants, until: until?.toISOString() ?? null },
  };
}

/** The same for every attempt at one version, so that the app can tell a repeat by it. */
export function webhookId(idempotencyKey: string, version: number): string {
  return `${idempotencyKey}-v${version}`;
}
