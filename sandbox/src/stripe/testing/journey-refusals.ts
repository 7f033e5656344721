import type Stripe from 'stripe';
import type { Goods } from './journey-goods.ts';
import { aCustomer, subscribe } from './shop.ts';

/** What is asked for in vain, so that each kind of refusal is seen. */
export async function goThroughRefusals(stripe: Stripe, { monthly, product }: Goods): Promise<void> {
  const { id: customer } = await aCustomer(stripe);
  const waiting = await subscribe(stripe, monthly.id, { token: 'pm_card_authenticationRequired' });
  const idempotencyKey = 'one key for two requests';
  await stripe.customers.create({ name: 'One' }, { idempotencyKey });
  for (const refused of [
    () => stripe.customers.create({ name: 'Other' }, { idempotencyKey }),
    () => stripe.customers.retrieve('cus_nobody'),
    () => stripe.customers.update(customer, { tax_exempt: 'exempt' }),
    () => stripe.subscriptions.create({ customer: 'cus_nobody', items: [{ price: monthly.id }] }),
    () => stripe.subscriptions.create({ customer, items: [{ price: monthly.id }] }),
    () => stripe.paymentMethods.attach('pm_card_chargeDeclinedInsufficientFunds', { customer }),
    () => stripe.invoices.pay(String(waiting.latest_invoice)),
    () => stripe.prices.create({ currency: 'usd', product: product.id, unit_amount: -1 }),
    () => stripe.products.create({ id: product.id, name: 'Twice' }),
  ]) {
    const answered = await refused().then(
      () => true,
      () => false,
    );
    if (answered) throw new Error(`This was to be refused, and was done: ${refused}`);
  }
}
