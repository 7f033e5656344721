import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aBillingLine } from '../testing/billing-line.ts';
import {
  aCustomer,
  anInvoice,
  aStripeEvent,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
  type TestDatabase,
  testDatabase,
} from '../testing/index.ts';
import { onDay, readAs } from '../testing/life.ts';
import { aCharge, aDispute, anEarlyFraudWarning, aPaymentIntent, aRefund } from '../testing/payment-objects.ts';
import type { StripeReader } from './snapshot.ts';

/** Refunds, disputes and fraud warnings name no customer: they name a charge. */

const DAY = 86_400;

let database: TestDatabase;
let clock: { at: Date };
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = { at: onDay(0, 5) };
  await database.pool.query('truncate onpaid.subject, onpaid.event, onpaid.event_payload cascade');
});

const purchase = (invoice: StripeObject) => [
  aStripeEvent('customer.created', aCustomer(), { created: BOUGHT_AT }),
  aStripeEvent('customer.subscription.created', aSubscription(), { created: BOUGHT_AT }),
  aStripeEvent('invoice.paid', invoice, { created: BOUGHT_AT }),
];

const nameless: [string, StripeObject, string[]][] = [
  [
    'refund.created',
    aRefund(),
    ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email', 'refunded:re_1@chat', 'refunded:re_1@email'],
  ],
  ['charge.dispute.created', aDispute(), ['dispute_opened:dp_1@chat', 'dispute_opened:dp_1@helpdesk']],
  ['radar.early_fraud_warning.created', anEarlyFraudWarning(), ['fraud_warning:issfr_1@chat']],
];
const bought = ['sale:sub_1@chat', 'welcome:sub_1@email'];
const customers = async () =>
  (await database.db.selectFrom('customer').select('subject_id').execute()).map((row) => row.subject_id);

test.each(nameless)('BS15: %s is of whoever paid the charge it names', async (type, object, says) => {
  const line = aBillingLine(database, clock);
  const paidBy = { charge: 'ch_1', payment_intent: 'pi_1' };
  const payment = aStripeEvent('payment_intent.succeeded', aPaymentIntent(), { created: BOUGHT_AT });
  await line.record(...purchase(anInvoice(paidBy)), payment);
  await line.rest();
  clock.at = onDay(1, 5);
  await line.record(aStripeEvent(type, object, { created: BOUGHT_AT + DAY }));
  await line.rest();
  expect(await line.messages()).toEqual([...bought, ...says].sort());
  expect(await customers()).toEqual(['cus_1']);
});

test.each(nameless)(
  'BS15: of %s nothing is said until Stripe tells whose charge it was',
  async (type, object, says) => {
    const found: Record<string, ReturnType<typeof readAs>[]> = {
      cus_1: [
        readAs('customer', aCustomer()),
        readAs('subscription', aSubscription()),
        readAs('invoice', anInvoice({ payments: { data: [{ payment: { payment_intent: 'pi_1' } }] } })),
      ],
    };
    const kind =
      object.object === 'radar.early_fraud_warning' ? 'fraud_warning' : (object.object as 'refund' | 'dispute');
    const read = [readAs(kind, object), readAs('charge', aCharge())];
    const stripe: StripeReader = {
      readSubject: async (subjectId) => {
        const isCustomer = subjectId === 'cus_1';
        const objects = isCustomer ? [...(found.cus_1 ?? []), ...read] : read;
        return { subjectId, ownerId: isCustomer ? null : 'cus_1', readAt: clock.at, objects, gone: [] };
      },
    };
    // Told before anything else was: nobody here knows this charge.
    const line = aBillingLine(database, clock);
    clock.at = onDay(1, 5);
    await line.record(aStripeEvent(type, object, { created: BOUGHT_AT + DAY }));
    await line.rest();
    expect([await line.messages(), await customers()]).toEqual([[], []]);

    const reading = aBillingLine(database, clock, { stripe });
    await reading.record(...purchase(anInvoice()));
    clock.at = onDay(1, 60);
    await reading.rest();
    expect(await customers()).toEqual(['cus_1']);
    const said = await reading.messages();
    expect(said.filter((id) => !bought.includes(id))).toEqual(says);
    const [row] = await database.db.selectFrom('customer').select('billing').execute();
    expect(row?.billing).toBe({ refund: 'refunded', dispute: 'disputed', fraud_warning: 'active' }[kind]);
  },
);
