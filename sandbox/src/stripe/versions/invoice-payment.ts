import type { Change } from './change.ts';

/** An invoice had one payment, and named it. */
export const invoicePayment: Change = {
  since: '2025-03-31.basil',
  undo: (object, facts) => {
    if (object.object !== 'invoice') return object;
    const intent = object.status === 'draft' ? null : facts.intentOf(String(object.id));
    const charge = intent === null ? null : facts.find(intent)?.latest_charge;
    return {
      ...object,
      charge: object.attempted === true ? (charge ?? null) : null,
      paid: object.status === 'paid',
      paid_out_of_band: false,
      payment_intent: intent,
    };
  },
};

/** And the payment named its invoice. */
export const paymentOfInvoice: Change = {
  since: '2025-03-31.basil',
  undo: (object, facts) => {
    if (object.object === 'payment_intent') return { ...object, invoice: facts.invoiceOf(String(object.id)) };
    if (object.object !== 'charge') return object;
    return { ...object, invoice: facts.invoiceOf(String(object.payment_intent ?? '')) };
  },
};
