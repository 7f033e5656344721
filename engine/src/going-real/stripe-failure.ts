import Stripe from 'stripe';

/** What went wrong with a call, for somebody who has to do something about it. */
export type StripeFailure =
  /** The key may not do this. `permission` is Stripe's own name for what is missing, where it gives one. */
  | { kind: 'permission'; permission: string | null }
  /** The key itself is refused. */
  | { kind: 'key' }
  /** Stripe knows no such thing, or no such address. */
  | { kind: 'missing' }
  | { kind: 'limited' }
  | { kind: 'unreachable' }
  | { kind: 'refused'; status: number; message: string };

/** Reads an error of the SDK; anything else is thrown on. */
export function readStripeFailure(error: unknown): StripeFailure {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error instanceof Stripe.errors.StripePermissionError) {
    return { kind: 'permission', permission: permissionIn(error.message) };
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) return { kind: 'key' };
  if (error instanceof Stripe.errors.StripeRateLimitError) return { kind: 'limited' };
  if (error instanceof Stripe.errors.StripeConnectionError) return { kind: 'unreachable' };
  if (error.statusCode === 404) return { kind: 'missing' };
  return { kind: 'refused', status: error.statusCode ?? 0, message: withoutKey(error.message) };
}

export function describeStripeFailure(failure: StripeFailure): string {
  switch (failure.kind) {
    case 'permission':
      return failure.permission === null
        ? 'the key lacks the permission'
        : `the key lacks the permission Stripe calls ${failure.permission}`;
    case 'key':
      return 'Stripe refuses the key: it is revoked, expired or mistyped';
    case 'missing':
      return 'Stripe does not know it';
    case 'limited':
      return 'Stripe asks us to slow down; try again in a minute';
    case 'unreachable':
      return 'Stripe could not be reached; check the network';
    case 'refused':
      return `Stripe answered ${failure.status}: ${failure.message}`;
    default:
      return failure satisfies never;
  }
}

/** Stripe has named what is missing in two ways: "Enabling Customers Read ('customer_read') permissions" and "Having the 'rak_customer_read' permission". */
function permissionIn(message: string): string | null {
  return /'(\w+_(?:read|write))'/.exec(message)?.[1] ?? null;
}

/** Stripe shortens keys in its messages; this is for the one that does not. */
function withoutKey(message: string): string {
  return message.replace(/\b(sk|rk|pk)_(test|live)_\w+/g, '$1_$2_…');
}
