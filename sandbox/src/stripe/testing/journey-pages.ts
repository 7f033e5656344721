import type Stripe from 'stripe';
import type { Shop } from './journey.ts';
import type { Goods } from './journey-goods.ts';
import { buy, checkout, submit, subscribe } from './shop.ts';

/** What people do on the pages of the checkout, of an invoice and of the portal. */
export async function goThroughPages(stripe: Stripe, shop: Shop, goods: Goods): Promise<void> {
  await payForCheckouts(stripe, goods);
  await answerTheBank(stripe, shop, goods);
  await useThePortal(stripe, goods);
}

async function payForCheckouts(stripe: Stripe, { monthly, once, half, free, code }: Goods): Promise<void> {
  await buy(stripe, monthly.id, { metadata: { source: 'ad' }, discounts: [{ promotion_code: code.id }] });
  await buy(stripe, monthly.id, {
    subscription_data: {
      description: 'A trial',
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
    },
  });
  await buy(stripe, monthly.id, { discounts: [{ coupon: free.id }], payment_method_collection: 'if_required' });
  const guest = await buy(stripe, once.id, { mode: 'payment', customer_creation: 'if_required' });
  await stripe.checkout.sessions.listLineItems(guest.id);
  await buy(stripe, once.id, { mode: 'payment', discounts: [{ coupon: half.id }], customer_email: 'cy@example.com' });
  await buy(stripe, once.id, { mode: 'payment', invoice_creation: { enabled: true } });
  const declined = await checkout(stripe, once.id, { mode: 'payment' });
  await submit(declined.url, 'decline');
  for (const method of ['0002', '9995', '0069', '9987']) await submit(declined.url, 'pay', { method });
  await stripe.checkout.sessions.expire(declined.id);
  await checkout(stripe, monthly.id, { allow_promotion_codes: true, locale: 'de', client_reference_id: 'cart 1' });
}

/** A card that asks its owner, and debits whose bank answers days later. */
async function answerTheBank(stripe: Stripe, { control }: Shop, { monthly, once }: Goods): Promise<void> {
  const asked = await checkout(stripe, monthly.id);
  await submit(asked.url, 'pay', { method: '3155' });
  await submit(asked.url, 'deny', { method: '3155' });
  await submit(asked.url, 'authenticate', { method: '3155' });
  const askedOnce = await checkout(stripe, once.id, { mode: 'payment' });
  await submit(askedOnce.url, 'pay', { method: '3155' });
  await submit(askedOnce.url, 'deny', { method: '3155' });

  for (const outcome of ['succeeded', 'failed']) {
    const debit = await checkout(stripe, once.id, { mode: 'payment', customer_creation: 'always' });
    await submit(debit.url, 'pay', { method: '3000' });
    const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(debit.id);
    await control('POST', `/payment_intents/${intent}/settle`, { outcome });
    const late = await checkout(stripe, monthly.id);
    await submit(late.url, 'pay', { method: outcome === 'failed' ? '3001' : '3000' });
  }

  const waiting = await subscribe(stripe, monthly.id, { token: 'pm_card_authenticationRequired' });
  const { hosted_invoice_url: page = null } = await stripe.invoices.retrieve(String(waiting.latest_invoice));
  await submit(page, 'deny');
  await submit(page, 'pay', { method: '9995' });
  await submit(page, 'pay', { method: '4242' });
}

async function useThePortal(stripe: Stripe, { monthly, dearer }: Goods): Promise<void> {
  const { id: subscription, customer } = await subscribe(stripe, monthly.id);
  const configuration = await stripe.billingPortal.configurations.create({
    name: 'Only cards',
    default_return_url: 'http://shop.test/account',
    features: { subscription_cancel: { enabled: false }, invoice_history: { enabled: true } },
  });
  await stripe.billingPortal.configurations.retrieve(configuration.id);
  await stripe.billingPortal.sessions.create({ customer: String(customer), configuration: configuration.id });
  const { url } = await stripe.billingPortal.sessions.create({ customer: String(customer), locale: 'de' });
  for (const fields of [
    { action: 'cancel', subscription },
    { action: 'keep', subscription },
    { action: 'change', subscription, price: dearer.id },
    { action: 'card', method: '9987' },
    { action: 'card', method: '3000' },
  ]) {
    await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  }
}
