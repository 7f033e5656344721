import type { ApiVersion } from '../api-version.ts';

/** A Stripe object of any version. */
export type Hash = Record<string, unknown>;

/** What the older shapes say of an object and today's shape does not. */
export type Facts = {
  /** The object of this id, in the shape of the version that is being rendered. */
  find: (id: string) => Hash | undefined;
  /** The payment intent behind an invoice, once there is one. */
  intentOf: (invoiceId: string) => string | null;
  /** The invoice a payment intent pays. */
  invoiceOf: (intentId: string) => string | null;
};

/** One breaking change of the API, told backwards. */
export type Change = {
  /** The first version that has it. */
  since: ApiVersion;
  /** The object as it was before. Objects inside it are already so. */
  undo: (object: Hash, facts: Facts) => Hash;
};

export function isHash(value: unknown): value is Hash {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rows of a list object. */
export function rowsOf(list: unknown): Hash[] {
  return isHash(list) && Array.isArray(list.data) ? list.data.filter(isHash) : [];
}

export function without(object: Hash, ...keys: string[]): Hash {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
