import * as z from 'zod';
import { found } from '../api/errors.ts';
import type { Customer, Subscription } from '../objects.ts';
import { change, type Operation } from '../operation.ts';
import { changeSubscription, updateParams } from './change-subscription.ts';
import { attachPaymentMethod, createPaymentMethod, judgeMethod } from './payment-method.ts';
import { type DeclineName, lastFours } from './test-methods.ts';

/** What the portal's buttons send. */
export const portalForm = z.discriminatedUnion('action', [
  z.object({ action: z.literal('cancel'), subscription: z.string() }),
  z.object({ action: z.literal('keep'), subscription: z.string() }),
  z.object({ action: z.literal('change'), subscription: z.string(), price: z.string() }),
  z.object({ action: z.literal('card'), method: z.enum(lastFours) }),
]);

/** Does what a customer asks for in the portal; says why when their bank refuses. */
export function useThePortal(
  operation: Operation,
  customer: Customer,
  asked: z.output<typeof portalForm>,
): DeclineName | undefined {
  switch (asked.action) {
    case 'cancel':
    case 'keep': {
      const cancel_at_period_end = String(asked.action === 'cancel');
      changeSubscription(
        operation,
        own(operation, customer, asked.subscription),
        updateParams.parse({ cancel_at_period_end }),
      );
      return undefined;
    }
    case 'change': {
      const subscription = own(operation, customer, asked.subscription);
      const items = [{ id: subscription.items.data[0]?.id, price: asked.price }];
      changeSubscription(operation, subscription, updateParams.parse({ items, proration_behavior: 'always_invoice' }));
      return undefined;
    }
    case 'card': {
      const method = createPaymentMethod(operation, asked.method, customer.email, customer.name ?? null);
      const result = judgeMethod(method, 'present');
      if (result.kind === 'declined') return result.decline;
      attachPaymentMethod(operation, method, customer);
      change(operation, 'customer.updated', customer, {
        invoice_settings: { ...customer.invoice_settings, default_payment_method: method.id },
      });
      for (const subscription of operation.state.subscriptions.of('customer', customer.id)) {
        // One of its own would still be charged before the customer's.
        if (subscription.default_payment_method === null || subscription.ended_at !== null) continue;
        change(operation, 'customer.subscription.updated', subscription, { default_payment_method: method.id });
      }
      return undefined;
    }
    default:
      return asked satisfies never;
  }
}

/** A form can name anything; only what is the customer's own is touched. */
function own({ state }: Operation, customer: Customer, id: string): Subscription {
  const owned = new Map(state.subscriptions.of('customer', customer.id).map((row) => [row.id, row]));
  return found(owned, 'subscription', id);
}
