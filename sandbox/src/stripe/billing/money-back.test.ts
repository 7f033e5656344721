import { describe, expect, it } from 'vitest';
import { buy, eventsSince, lastEvent, openShop, stock } from '../testing/shop.ts';

async function aPaidCharge() {
  const shop = await openShop();
  const { once, monthly } = await stock(shop.stripe);
  const session = await buy(shop.stripe, once.id, { mode: 'payment' });
  const [charge] = (await shop.stripe.charges.list({ payment_intent: String(session.payment_intent) })).data;
  const { id: before } = await lastEvent(shop.stripe);
  const told = async () => (await eventsSince(shop.stripe, before)).map((event) => event.type);
  return { ...shop, monthly, charge: charge!, intent: String(session.payment_intent), told };
}

describe('a refund', () => {
  it('of a part leaves the rest to be refunded, and no more than that', async () => {
    const { stripe, charge, intent, told } = await aPaidCharge();
    const part = await stripe.refunds.create({ charge: charge.id, amount: 4000, reason: 'requested_by_customer' });
    expect(part).toMatchObject({ amount: 4000, status: 'succeeded', payment_intent: intent });
    expect(await told()).toEqual(['refund.created', 'charge.refunded', 'refund.updated']);
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 4000, refunded: false });
    await expect(stripe.refunds.create({ charge: charge.id, amount: 6000 })).rejects.toThrow(/\$60\.00.*\$59\.00/);

    const rest = await stripe.refunds.create({ payment_intent: intent });
    expect(rest.amount).toBe(5900);
    const whole = await stripe.charges.retrieve(charge.id, { expand: ['refunds'] });
    expect(whole).toMatchObject({ amount_refunded: 9900, refunded: true });
    expect(whole.refunds?.data.map((refund) => refund.id)).toEqual([rest.id, part.id]);
    expect((await stripe.refunds.list({ payment_intent: intent })).data).toHaveLength(2);
    expect(await stripe.refunds.retrieve(part.id)).toMatchObject({ reason: 'requested_by_customer' });
    await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
  });

  it('that fails gives the money back to the shop', async () => {
    const { stripe, control, charge, told } = await aPaidCharge();
    const { id } = await stripe.refunds.create({ charge: charge.id });
    await control('POST', `/refunds/${id}/fail`, {});
    expect((await told()).slice(3)).toEqual(['refund.updated', 'refund.failed', 'charge.updated']);
    expect(await stripe.refunds.retrieve(id)).toMatchObject({
      status: 'failed',
      failure_reason: 'lost_or_stolen_card',
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, refunded: false });
  });
});

describe('a dispute', () => {
  it.each([
    ['won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated'], 2],
    ['lost', ['charge.dispute.closed'], 1],
  ] as const)('takes the money, is answered, and ends %s', async (outcome, end, movements) => {
    const { stripe, control, charge, told } = await aPaidCharge();
    await control('POST', `/charges/${charge.id}/dispute`, { reason: 'product_not_received' });
    const [dispute] = (await stripe.disputes.list({ charge: charge.id })).data;
    expect(dispute).toMatchObject({
      amount: 9900,
      reason: 'product_not_received',
      status: 'needs_response',
      balance_transactions: [{ amount: -9900, fee: 1500, net: -11_400 }],
    });
    expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true);
    await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'It was delivered.' } });
    expect((await stripe.disputes.retrieve(dispute!.id)).status).toBe('under_review');
    await control('POST', `/disputes/${dispute!.id}/close`, { outcome });
    expect(await stripe.disputes.retrieve(dispute!.id)).toMatchObject({
      status: outcome,
      balance_transactions: { length: movements },
    });
    expect(await told()).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      ...end,
    ]);
    expect((await control('POST', `/disputes/${dispute!.id}/close`, { outcome })).status).toBe(400);
  });

  it('that is only an inquiry takes no money and ends closed', async () => {
    const { stripe, control, charge, told } = await aPaidCharge();
    await control('POST', `/charges/${charge.id}/dispute`, { inquiry: true, amount: 100 });
    const [dispute] = (await stripe.disputes.list()).data;
    expect(dispute).toMatchObject({ status: 'warning_needs_response', amount: 100, balance_transactions: [] });
    expect((await control('POST', `/disputes/${dispute!.id}/close`, { outcome: 'won' })).status).toBe(400);
    await control('POST', `/disputes/${dispute!.id}/close`, { outcome: 'warning_closed' });
    expect(await told()).toEqual(['charge.dispute.created', 'charge.dispute.closed']);
  });
});

describe('an early fraud warning', () => {
  it('can be acted on until the charge is refunded', async () => {
    const { stripe, control, charge, told } = await aPaidCharge();
    await control('POST', `/charges/${charge.id}/early_fraud_warning`, { fraudType: 'made_with_lost_card' });
    const [warning] = (await stripe.radar.earlyFraudWarnings.list({ charge: charge.id })).data;
    expect(warning).toMatchObject({ actionable: true, fraud_type: 'made_with_lost_card', charge: charge.id });
    await stripe.refunds.create({ charge: charge.id });
    expect((await stripe.radar.earlyFraudWarnings.retrieve(warning!.id)).actionable).toBe(false);
    const types = await told();
    expect([types[0], types.at(-1)]).toEqual([
      'radar.early_fraud_warning.created',
      'radar.early_fraud_warning.updated',
    ]);
  });
});

describe('payments', () => {
  it('are listed by the customer they are of', async () => {
    const { stripe, monthly } = await aPaidCharge();
    const session = await buy(stripe, monthly.id);
    const customer = String(session.customer);
    const charges = (await stripe.charges.list({ customer })).data;
    expect(charges).toMatchObject([{ amount: 2900, payment_method_details: { card: { last4: '4242' } } }]);
    const intents = (await stripe.paymentIntents.list({ customer })).data;
    expect(intents.map((intent) => intent.latest_charge)).toEqual([charges[0]?.id]);
  });
});
