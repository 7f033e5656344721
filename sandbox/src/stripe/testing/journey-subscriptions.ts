import type Stripe from 'stripe';
import type { Shop } from './journey.ts';
import type { Goods } from './journey-goods.ts';
import { aCustomer, buy, subscribe } from './shop.ts';

const day = 24 * 3600;

/** What is done with subscriptions, their invoices and their owners, each time by somebody's hand. */
export async function goThroughSubscriptions(stripe: Stripe, { control }: Shop, goods: Goods): Promise<void> {
  const { monthly, dearer, half } = goods;
  const { customer, subscription } = await buy(stripe, monthly.id);
  const id = String(subscription);
  await stripe.customers.update(String(customer), { address: { city: 'Turin' }, name: 'Ada', metadata: { crm: '1' } });
  await control('POST', `/subscriptions/${id}/renew`, { outcome: 'paid' });
  const { body: failed } = await control('POST', `/subscriptions/${id}/renew`, { outcome: 'failed' });
  await control('POST', `/invoices/${failed.invoice.id}/retry`, { outcome: 'paid' });
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await stripe.subscriptions.cancel(id, { cancellation_details: { comment: 'Too dear', feedback: 'too_expensive' } });

  const changed = await subscribe(stripe, monthly.id, { description: 'Changes', discounts: [{ coupon: half.id }] });
  await stripe.invoices.createPreview({ subscription: changed.id });
  await stripe.subscriptions.update(changed.id, {
    items: [{ id: changed.items.data[0]?.id ?? '', price: dearer.id }],
    proration_behavior: 'always_invoice',
  });

  for (const end of ['voidInvoice', 'markUncollectible'] as const) {
    const owing = await subscribe(stripe, monthly.id, { token: 'pm_card_chargeCustomerFail' });
    const { body } = await control('POST', `/subscriptions/${owing.id}/renew`, { outcome: 'failed' });
    await stripe.invoices[end](body.invoice.id ?? '');
  }
  await loseTheCard(stripe, control, monthly.id);
  const { customer: gone } = await subscribe(stripe, monthly.id);
  await stripe.customers.del(String(gone));
  await stripe.customers.retrieve(String(gone));
}

async function loseTheCard(stripe: Stripe, control: Shop['control'], price: string): Promise<void> {
  const customer = await aCustomer(stripe, 'pm_card_visa');
  const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
  const id = method?.id ?? '';
  await subscribe(stripe, price, { customer: customer.id, default_payment_method: id });
  await control('POST', `/payment_methods/${id}/update`, { lastFour: '0341', expYear: 2040 });
  await stripe.paymentMethods.detach(id);
}

/** What only happens because time passes, or because a bank takes its time. */
export async function goThroughTime(stripe: Stripe, { control }: Shop, goods: Goods): Promise<void> {
  const { monthly, dearer, repeating } = goods;
  const tried = await subscribe(stripe, monthly.id, { trial_period_days: 5 });
  for (const behavior of ['cancel', 'create_invoice', 'pause'] as const) {
    const { id: customer } = await aCustomer(stripe);
    await subscribe(stripe, monthly.id, {
      customer,
      trial_period_days: 5,
      trial_settings: { end_behavior: { missing_payment_method: behavior } },
    });
  }
  const changed = await subscribe(stripe, monthly.id, { discounts: [{ coupon: repeating.id }] });
  await stripe.subscriptions.update(changed.id, {
    items: [{ id: changed.items.data[0]?.id ?? '', price: dearer.id }],
    proration_behavior: 'create_prorations',
  });
  for (const behavior of ['keep_as_draft', 'mark_uncollectible', 'void'] as const) {
    const { id } = await subscribe(stripe, monthly.id);
    await stripe.subscriptions.update(id, { pause_collection: { behavior } });
  }
  for (const token of [
    'pm_sepaDebit',
    'pm_sepaDebitFails',
    'pm_card_chargeCustomerFail',
    'pm_card_authenticationRequired',
  ]) {
    await subscribe(stripe, monthly.id, { token });
  }
  const paused = await subscribe(stripe, monthly.id);
  await stripe.subscriptions.pause(paused.id);
  await control('POST', '/clock', { advanceSeconds: 35 * day });
  await control('PUT', '/settings', { afterLastRetry: 'unpaid' });
  await control('POST', '/clock', { advanceSeconds: 35 * day });
  await stripe.subscriptions.resume(paused.id);
  await stripe.subscriptions.cancel(tried.id);
}
