import { expect, test } from 'vitest';
import type { Checkout, Invoice } from '../billing/state.ts';
import type { Database } from '../db/database.ts';
import { aCustomerRow, anEffectRow } from '../testing/rows.ts';
import { testDatabase } from '../testing/test-database.ts';
import { maskEmail } from './checkout-progress.ts';
import { readCheckoutProgress } from './progress-store.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));
const NOW = at(5);

const checkout: Checkout = {
  kind: 'checkout',
  id: 'cs_1',
  mode: 'subscription',
  status: 'complete',
  paymentStatus: 'paid',
  customerId: 'cus_ada',
  subscriptionId: 'sub_1',
  invoiceId: 'in_1',
  intentId: 'ci_1',
  planKey: 'team',
  email: 'ada@example.com',
  name: 'Ada',
  amountTotalCents: 4900,
  currency: 'usd',
  paymentId: null,
  items: [],
  failedAt: null,
  createdAt: at(0),
};

const invoice: Invoice = {
  kind: 'invoice',
  id: 'in_1',
  number: null,
  status: 'paid',
  subscriptionId: 'sub_1',
  billingReason: 'subscription_create',
  amountDueCents: 4900,
  amountPaidCents: 4900,
  currency: 'usd',
  attemptCount: 1,
  failedAttempt: 0,
  failedAt: null,
  customerId: 'cus_ada',
  confirmAttempt: 0,
  confirmAskedAt: null,
  paymentIds: [],
  chargeIds: [],
  customerEmail: null,
  customerName: null,
  failureCode: null,
  nextPaymentAttempt: null,
  hostedInvoiceUrl: null,
  invoicePdf: null,
  paidAt: at(3),
  createdAt: at(0),
};

async function anIntent(db: Database): Promise<void> {
  await aCustomerRow(db, { subject_id: 'cus_ada', access_changed_at: at(2) });
  await db
    .insertInto('checkout_intent')
    .values({
      id: 'ci_1',
      plan: 'team',
      price_lookup_key: 'team_monthly',
      email: 'ada@example.com',
      stripe_customer_id: 'cus_ada',
      stripe_session_id: 'cs_1',
      created_at: at(0),
    })
    .execute();
}

async function believe(db: Database, value: Checkout | Invoice): Promise<void> {
  await db
    .insertInto('billing_object')
    .values({
      id: value.id,
      kind: value.kind,
      subject_id: 'cus_ada',
      value: JSON.stringify(value),
      occurred_at: at(1),
      rank: 0,
      confidence: 'provisional',
    })
    .execute();
}

const account = { id: 'account:cus_ada@app', kind: 'app.account', slot: 'app', shape: 'state', subject_id: 'cus_ada' };
const welcome = { id: 'welcome:sub_1@email', subject_id: 'cus_ada' };
const steps = async (db: Database) =>
  (await readCheckoutProgress(db, 'ci_1', NOW))?.steps.map(({ key, state }) => `${key} ${state}`);

test('an intent nobody made is null', async () => {
  const { db } = await testDatabase();
  expect(await readCheckoutProgress(db, 'ci_none', NOW)).toBeNull();
});

test('AC4: before Stripe has told us, nothing is claimed, not even to somebody who has access from before', async () => {
  const { db } = await testDatabase();
  await anIntent(db);
  await anEffectRow(db, { ...account, state: 'sent' });
  expect(await readCheckoutProgress(db, 'ci_1', NOW)).toMatchObject({
    payment: 'none',
    customerEmailMasked: 'a…@example.com',
  });
  expect(await steps(db)).toEqual(['payment waiting', 'access waiting', 'account waiting', 'welcome waiting']);
});

test('when everything is done, each step says when', async () => {
  const { db } = await testDatabase();
  await anIntent(db);
  await believe(db, checkout);
  await anEffectRow(db, { ...account, state: 'sent', settled_at: at(3) });
  await anEffectRow(db, { ...welcome, state: 'sent', settled_at: at(4) });
  expect((await readCheckoutProgress(db, 'ci_1', NOW))?.steps).toEqual([
    { key: 'payment', state: 'done', at: at(1) },
    { key: 'access', state: 'done', at: at(2) },
    { key: 'account', state: 'done', at: at(3) },
    { key: 'welcome', state: 'done', at: at(4) },
  ]);
});

test.each([
  [{ state: 'sending', next_at: null }, 'account working'],
  [{ state: 'planned', next_at: at(5) }, 'account working'],
  [{ state: 'planned', next_at: at(1) }, 'account delayed'],
  [{ state: 'retry_wait', next_at: at(6) }, 'account delayed'],
  [{ state: 'unknown', next_at: null }, 'account delayed'],
  [{ state: 'dead', next_at: null }, 'account failed'],
])('an account effect that is %j reads "%s", and the welcome waits behind it', async (row, expected) => {
  const { db } = await testDatabase();
  await anIntent(db);
  await believe(db, checkout);
  await anEffectRow(db, { ...account, ...row });
  await anEffectRow(db, { ...welcome, state: 'planned', next_at: null });
  expect(await steps(db)).toEqual(['payment done', 'access done', expected, 'welcome waiting']);
});

test('a step that nothing is connected for, or that is suppressed, is not promised', async () => {
  const { db } = await testDatabase();
  await anIntent(db);
  await believe(db, checkout);
  await anEffectRow(db, { ...welcome, state: 'suppressed' });
  expect(await steps(db)).toEqual(['payment done', 'access done']);
});

test('the welcome of an earlier purchase is not taken for this one', async () => {
  const { db } = await testDatabase();
  await anIntent(db);
  await believe(db, checkout);
  await anEffectRow(db, { ...welcome, id: 'welcome:sub_0@email', state: 'sent', occurred_at: new Date(0) });
  expect(await steps(db)).toEqual(['payment done', 'access done']);
});

test('a bank debit is processing until its invoice is paid', async () => {
  const { db } = await testDatabase();
  await anIntent(db);
  await believe(db, { ...checkout, paymentStatus: 'unpaid' });
  expect((await readCheckoutProgress(db, 'ci_1', NOW))?.payment).toBe('processing');
  await believe(db, invoice);
  expect((await readCheckoutProgress(db, 'ci_1', NOW))?.steps[0]).toEqual({ key: 'payment', state: 'done', at: at(3) });
});

test.each([
  ['ada@example.com', 'a…@example.com'],
  ['ß@example.com', 'ß…@example.com'],
  ['not an address', '…'],
])('"%s" is shown as "%s"', (email, expected) => {
  expect(maskEmail(email)).toBe(expected);
});
