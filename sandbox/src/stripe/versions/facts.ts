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
    intentOf: (invoiceId) => payment(state, (row) => row.invoice === invoiceId)?.payment.payment_intent ?? null,
    invoiceOf: (intentId) => payment(state, (row) => row.payment.payment_intent === intentId)?.invoice ?? null,
  };
}

function payment(state: State, wanted: (row: { invoice: string; payment: { payment_intent?: string } }) => boolean) {
  for (const row of state.invoicePayments.values()) if (wanted(row)) return row;
  return undefined;
}
