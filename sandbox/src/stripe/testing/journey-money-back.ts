import type Stripe from 'stripe';
import type { Shop } from './journey.ts';
import type { Goods } from './journey-goods.ts';
import { buy, checkout, submit } from './shop.ts';

/** Money that goes back: given by the shop, or taken by a bank. */
export async function goThroughMoneyBack(stripe: Stripe, shop: Shop, goods: Goods): Promise<void> {
  await goThroughRefunds(stripe, shop, goods);
  await goThroughDisputes(stripe, shop, goods);
}

async function goThroughRefunds(stripe: Stripe, { control }: Shop, { once }: Goods): Promise<void> {
  const charge = await aPaidCharge(stripe, once.id);
  await control('POST', `/charges/${charge}/early_fraud_warning`, { fraudType: 'misc' });
  const part = await stripe.refunds.create({ charge, amount: 4000, reason: 'requested_by_customer' });
  await stripe.refunds.update(part.id, { metadata: { ticket: '7' } });
  const rest = await stripe.refunds.create({ charge, reason: 'duplicate' });
  await stripe.charges.retrieve(charge, { expand: ['refunds'] });
  await control('POST', `/refunds/${rest.id}/fail`, { reason: 'expired_or_canceled_card' });

  const debit = await checkout(stripe, once.id, { mode: 'payment', customer_creation: 'always' });
  await submit(debit.url, 'pay', { method: '3000' });
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(debit.id);
  await control('POST', `/payment_intents/${intent}/settle`, { outcome: 'succeeded' });
  await stripe.refunds.create({ payment_intent: String(intent) });
}

async function goThroughDisputes(stripe: Stripe, { control }: Shop, { once }: Goods): Promise<void> {
  for (const [outcome, opening] of [
    ['won', { reason: 'product_not_received' }],
    ['lost', { amount: 100 }],
    ['warning_closed', { inquiry: true }],
    [undefined, { reason: 'subscription_canceled' }],
  ] as const) {
    const charge = await aPaidCharge(stripe, once.id);
    await control('POST', `/charges/${charge}/early_fraud_warning`, {});
    await control('POST', `/charges/${charge}/dispute`, opening);
    const [dispute] = (await stripe.disputes.list({ charge })).data;
    const id = dispute?.id ?? '';
    await stripe.disputes.update(id, { evidence: { customer_name: 'Ada Lovelace' }, submit: false });
    await stripe.disputes.update(id, {
      evidence: { uncategorized_text: 'It was delivered.' },
      metadata: { seen: '1' },
    });
    if (outcome) await control('POST', `/disputes/${id}/close`, { outcome });
    await stripe.disputes.retrieve(id);
  }
}

async function aPaidCharge(stripe: Stripe, price: string): Promise<string> {
  const { payment_intent: intent } = await buy(stripe, price, { mode: 'payment' });
  return String((await stripe.paymentIntents.retrieve(String(intent))).latest_charge);
}
