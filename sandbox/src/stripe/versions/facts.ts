import type { State } from '../state.ts';
import type { Facts, Hash } from './change.ts';

/** What the state knows beyond the object itself. */
export function factsOf(state: State): Facts {
  return {
    find: (id) => {
      for (const table of Object.values(state)) {
        const row: unknown = table.get(id);
        if (row !== undefined) return row as Hash;
      }
      return undefined;
    },
    intentOf: (invoiceId) => state.invoicePayments.of('invoice', invoiceId).at(-1)?.payment.payment_intent ?? null,
    invoiceOf: (intentId) => state.invoicePayments.of('payment_intent', intentId).at(-1)?.invoice ?? null,
  };
}
