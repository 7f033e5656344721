import type { Hono } from 'hono';
import * as z from 'zod';
import { found } from './api/errors.ts';
import { closeDispute, disputeOutcomeSchema, disputeSchema, openDispute } from './billing/dispute.ts';
import { warnOfFraud } from './billing/fraud.ts';
import { forceInvoice } from './billing/invoice.ts';
import { renewCard } from './billing/payment-method.ts';
import { failRefund } from './billing/refund.ts';
import { renewNow } from './billing/renew.ts';
import { settle } from './billing/settle.ts';
import { lastFours } from './billing/test-methods.ts';
import { readBody } from './control-body.ts';
import { ownAccord, type StandIn } from './stand-in.ts';

const outcomeSchema = z.strictObject({ outcome: z.enum(['paid', 'failed']) });

const settlementSchema = z.strictObject({ outcome: z.enum(['succeeded', 'failed']) });

const cardUpdateSchema = z.strictObject({
  lastFour: z.enum(lastFours).optional(),
  expMonth: z.int().min(1).max(12).optional(),
  expYear: z.int().min(2000).max(2099).optional(),
});

const fraudSchema = z.strictObject({
  fraudType: z
    .enum([
      'card_never_received',
      'fraudulent_card_application',
      'made_with_lost_card',
      'made_with_stolen_card',
      'misc',
    ])
    .default('made_with_stolen_card'),
});

const refundFailureSchema = z.strictObject({
  reason: z.enum(['expired_or_canceled_card', 'lost_or_stolen_card', 'unknown']).default('lost_or_stolen_card'),
});

/** What banks and cardholders decide, at the moment a hand on the controls wants it. */
export function addBankControls(control: Hono, standIn: StandIn): void {
  const { state } = standIn;

  control.post('/subscriptions/:id/renew', async (context) => {
    const { outcome } = await readBody(context, outcomeSchema);
    const subscription = found(state.subscriptions, 'subscription', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => renewNow(operation, subscription, outcome));
    return context.json({ subscription, invoice: state.invoices.get(subscription.latest_invoice ?? '') ?? null });
  });

  control.post('/invoices/:id/retry', async (context) => {
    const { outcome } = await readBody(context, outcomeSchema);
    const invoice = found(state.invoices, 'invoice', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => forceInvoice(operation, invoice, outcome));
    return context.json({ invoice });
  });

  control.post('/payment_intents/:id/settle', async (context) => {
    const { outcome } = await readBody(context, settlementSchema);
    const intent = found(state.paymentIntents, 'payment_intent', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => settle(operation, intent, outcome === 'succeeded'));
    return context.json({ paymentIntent: intent });
  });

  control.post('/charges/:id/dispute', async (context) => {
    const asked = await readBody(context, disputeSchema);
    const charge = found(state.charges, 'charge', context.req.param('id'));
    const dispute = standIn.perform(ownAccord, (operation) => openDispute(operation, charge, asked));
    return context.json({ dispute }, 201);
  });

  control.post('/disputes/:id/close', async (context) => {
    const { outcome } = await readBody(context, disputeOutcomeSchema);
    const dispute = found(state.disputes, 'dispute', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => closeDispute(operation, dispute, outcome));
    return context.json({ dispute });
  });

  control.post('/charges/:id/early_fraud_warning', async (context) => {
    const { fraudType } = await readBody(context, fraudSchema);
    const charge = found(state.charges, 'charge', context.req.param('id'));
    const earlyFraudWarning = standIn.perform(ownAccord, (operation) => warnOfFraud(operation, charge, fraudType));
    return context.json({ earlyFraudWarning }, 201);
  });

  control.post('/refunds/:id/fail', async (context) => {
    const { reason } = await readBody(context, refundFailureSchema);
    const refund = found(state.refunds, 'refund', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => failRefund(operation, refund, reason));
    return context.json({ refund });
  });

  control.post('/payment_methods/:id/update', async (context) => {
    const update = await readBody(context, cardUpdateSchema);
    const method = found(state.paymentMethods, 'PaymentMethod', context.req.param('id'));
    standIn.perform(ownAccord, (operation) => renewCard(operation, method, update));
    return context.json({ paymentMethod: method });
  });
}
