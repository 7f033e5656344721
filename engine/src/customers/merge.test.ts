import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { convergeSubjects } from '../billing/converge.ts';
import { anIdentityLine, type IdentityLine } from '../testing/identity-line.ts';
import { aCustomer, anInvoice, anUnpaidInvoice, aSubscription, BOUGHT_AT } from '../testing/index.ts';
import { contactsMerged } from './contacts.ts';
import { readHistory } from './history-store.ts';
import { mergeCustomers } from './merge.ts';
import { splitCustomer } from './split.ts';

const decided = { by: 'grace@northwind.example', reason: 'They wrote to us.' };

async function twoBuyers(second: Parameters<IdentityLine['buys']>[1] = {}) {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'ada@work.example', plan: 'solo', ...second });
  const merged = () => mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  return { line, keep, merge, merged };
}

test('CR4: two customers at Stripe become one buyer with the access of both, and nothing is said twice', async () => {
  const { line, keep, merge, merged } = await twoBuyers();
  await line.sendAll();
  const before = await line.effects();
  expect(await merged()).toEqual({ result: 'merged', customerId: keep.id });
  await line.settle();

  expect(await line.customers()).toMatchObject([
    {
      id: keep.id,
      subject_id: 'cus_1',
      email: 'ada@example.com',
      access_allowed: true,
      access_plans: ['team', 'solo'],
      access_grants: ['app', 'solo', 'team'],
    },
  ]);
  expect(Object.keys(await line.effects()).filter((id) => !(id in before))).toEqual([
    // Of the two contacts at the CRM.
    expect.stringMatching(/^issue_opened:iss_\d+@chat$/),
  ]);
  const homeless = await sql`
    select id from onpaid.billing_object where subject_id = 'cus_2'
    union all select key from onpaid.transition where subject_id = 'cus_2'
    union all select id from onpaid.effect where subject_id = 'cus_2'
    union all select id from onpaid.event where subject_id = 'cus_2'
  `.execute(line.db);
  expect(homeless.rows).toEqual([]);
  expect(await readHistory(line.db, keep.id)).toMatchObject([
    {
      what: 'merged',
      customerId: keep.id,
      mergedCustomerId: merge.id,
      fromSubjectId: 'cus_2',
      toSubjectId: 'cus_1',
      ...decided,
    },
  ]);
  await line.expectWhole();
});

test('CR4: merging again changes nothing, and says so', async () => {
  const { line, keep, merge, merged } = await twoBuyers();
  await merged();
  await line.settle();
  const before = await line.customers();
  expect(await merged()).toEqual({ result: 'already_merged', customerId: keep.id });
  expect(await mergeCustomers(line.context, { keep: keep.id, merge: keep.id, ...decided })).toEqual({ result: 'same' });
  expect(await mergeCustomers(line.context, { keep: 'cust_x', merge: keep.id, ...decided })).toEqual({
    result: 'not_found',
    id: 'cust_x',
  });
  expect(await mergeCustomers(line.context, { keep: merge.id, merge: keep.id, ...decided })).toEqual({
    result: 'not_found',
    id: merge.id,
  });
  expect(await line.customers()).toEqual(before);
  expect(await readHistory(line.db, keep.id)).toHaveLength(1);
});

test('CR4: a merge that fails half way has not happened', async () => {
  const { line, merged } = await twoBuyers();
  const rows = async () => [
    await line.customers(),
    await line.effects(),
    await line.aliases(),
    await line.subject('cus_2'),
  ];
  const before = await rows();
  await sql`
    create function onpaid.refuse() returns trigger language plpgsql as $$ begin raise 'the disk is full'; end $$;
    create trigger refuse before insert on onpaid.object_alias for each row execute function onpaid.refuse()
  `.execute(line.db);
  await expect(merged()).rejects.toThrow('the disk is full');
  expect(await rows()).toEqual(before);
  await sql`drop trigger refuse on onpaid.object_alias`.execute(line.db);
  expect(await merged()).toMatchObject({ result: 'merged' });
});

test('CR4: whoever has access through one of the two is never without it, also before the merge has converged', async () => {
  const { line, merged } = await twoBuyers({ plan: 'team' });
  const ended = aSubscription({ id: 'sub_1', status: 'canceled', ended_at: BOUGHT_AT + 60 });
  await line.tell('customer.subscription.deleted', ended, 60);
  line.atStripe.set('cus_1', [
    ['customer', aCustomer()],
    ['subscription', ended],
  ]);
  await line.settle();
  expect(await line.customers()).toMatchObject([{ access_allowed: false }, { access_allowed: true }]);
  await merged();
  expect(await line.customers()).toMatchObject([{ access_allowed: true, access_reason: { subscriptionId: 'sub_2' } }]);
  await line.settle();
  expect(await line.customers()).toMatchObject([{ access_allowed: true, billing: 'active' }]);
  expect(Object.keys(await line.effects('access_ended:%'))).toEqual([
    'access_ended:sub_1:1@chat',
    'access_ended:sub_1:1@email',
  ]);
});

test('CR5: the account of a merged identity is told that it has no access, because it was merged', async () => {
  const { line, merged } = await twoBuyers();
  await line.sendAll();
  await merged();
  await line.settle();
  expect(await line.effects('account:%')).toMatchObject({
    'account:cus_1@app': { data: { access: true, plans: ['team', 'solo'] } },
    'account:cus_2@app': { state: 'planned', version: 2, data: { access: false, reason: 'merged', grants: [] } },
  });
});

test('CR5: an account that nothing was sent to is never made, and what waited for it is still said', async () => {
  const { line, merged } = await twoBuyers();
  await merged();
  await line.settle();
  expect(await line.effects()).toMatchObject({
    'account:cus_2@app': { state: 'suppressed', reason: 'This customer was merged into another one.' },
    'contact:cus_2@crm': { state: 'suppressed' },
    'welcome:sub_2@email': { state: 'planned', subject_id: 'cus_1' },
  });
  // The account of their own is still on its way, whatever became of the other's.
  expect(await line.customers()).toMatchObject([{ onboarding: 'provisioning' }]);
  expect(await line.issues()).toEqual([]);
  await line.expectWhole();
});

test('CR5: the contact of a merged identity is left as it is, and an issue asks to merge it at the CRM', async () => {
  const { line, keep, merged } = await twoBuyers();
  await line.sendAll();
  const { 'contact:cus_2@crm': before } = await line.effects();
  await merged();
  await line.settle();
  const { 'contact:cus_2@crm': after } = await line.effects();
  expect(after).toMatchObject({ state: 'suppressed', version: before?.version, data: before?.data });
  expect(await line.issues()).toMatchObject([
    {
      cause: 'merged_contact',
      state: 'open',
      title: 'HubSpot has two contacts of one customer, who was merged here; merge them there',
    },
  ]);
  await line.expectWhole();
  expect(await contactsMerged(line.context, keep.id)).toBe(1);
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});

test('CR5: a contact that is being written at the moment of the merge ends as it ends', async () => {
  const { line, merged } = await twoBuyers();
  await sql`
    update onpaid.effect set state = 'sending', sent_version = version, lease_until = ${line.context.now()}
    where id = 'contact:cus_2@crm'
  `.execute(line.db);
  await merged();
  expect(await line.effects('contact:cus_2%')).toMatchObject({
    'contact:cus_2@crm': { state: 'sending', subject_id: 'cus_1' },
  });
  expect(await line.issues()).toMatchObject([{ cause: 'merged_contact', state: 'open' }]);
  await sql`
    update onpaid.effect set state = 'planned', next_at = now(), lease_until = null where id = 'contact:cus_2@crm'
  `.execute(line.db);
  await line.sendAll();
  await line.expectWhole();
});

test('CR7: what comes for a merged customer goes on to the one they are now', async () => {
  const { line, merged } = await twoBuyers();
  await line.sendAll();
  await merged();
  await line.settle();
  const failed = anUnpaidInvoice({ id: 'in_22', customer: 'cus_2', subscriptionId: 'sub_2' });
  await line.tell('invoice.payment_failed', failed, 60);
  expect(await line.subject('cus_2')).toMatchObject({ wanted: 4, done: 3 });
  line.atStripe.get('cus_2')?.push(['invoice', failed]);
  await line.settle();
  expect(await line.subject('cus_2')).toMatchObject({ wanted: 4, done: 4, lease_until: null });
  expect(await line.effects('payment_failed:%')).toMatchObject({
    'payment_failed:in_22:1@email': {
      state: 'planned',
      subject_id: 'cus_1',
      data: { person: { email: 'ada@example.com' } },
    },
  });
  expect(await line.customers()).toHaveLength(1);
  await line.expectWhole();
});

test('CR7: a wish to read a merged customer from Stripe is passed on, and one read covers all that the buyer is there', async () => {
  const { line, merged } = await twoBuyers();
  await merged();
  await line.settle();
  line.reads.length = 0;
  await sql`update onpaid.subject set verify_at = ${line.context.now()} where id = 'cus_2'`.execute(line.db);
  await line.settle();
  expect(line.reads).toEqual([['cus_1', 'cus_2']]);
  const holders = await line.db.selectFrom('billing_object').select('subject_id').distinct().execute();
  expect(holders).toEqual([{ subject_id: 'cus_1' }]);
});

test('CR7: whoever was converging either of the two while they were merged writes nothing', async () => {
  for (const stripeId of ['cus_1', 'cus_2']) {
    const { line, merged } = await twoBuyers();
    const renamed = aCustomer({ id: stripeId, name: 'Ada King', email: 'ada@king.example' });
    await line.tell('customer.updated', renamed, 60);
    const reached = vi.fn();
    const begin = line.db.transaction.bind(line.db);
    // The moment between deciding and the transaction.
    vi.spyOn(line.db, 'transaction').mockImplementationOnce(() => {
      const builder = begin();
      const execute = builder.execute.bind(builder);
      builder.execute = async (work) => {
        await merged();
        reached();
        return await execute(work);
      };
      return builder;
    });
    await convergeSubjects({ ...line.context, stripe: null }, { budgetMs: 0, limit: 100 });
    expect(reached).toHaveBeenCalledOnce();
    expect(await line.customers()).toMatchObject([{ name: 'Ada Lovelace', email: 'ada@example.com' }]);
    await line.settle();
    const objects = await line.db.selectFrom('billing_object').select('subject_id').distinct().execute();
    expect(objects).toEqual([{ subject_id: 'cus_1' }]);
    const waiting = await line.db.selectFrom('event').select('id').where('projected_at', 'is', null).execute();
    expect(waiting).toEqual([]);
    await line.expectWhole();
  }
});

test('CR7: of a merge into a merge, and of one back, no id leads in a circle', async () => {
  const { line, keep, merge } = await twoBuyers();
  const third = await line.buys(3, { plan: 'solo' });
  await mergeCustomers(line.context, { keep: merge.id, merge: third.id, ...decided });
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  await line.settle();
  expect(await line.aliases()).toEqual({ cus_2: 'cus_1', cus_3: 'cus_1' });
  await line.tell('customer.updated', aCustomer({ id: 'cus_3', name: 'Third' }), 90);
  await line.settle();
  expect(await line.customers()).toMatchObject([{ id: keep.id }]);
  expect((await readHistory(line.db, keep.id)).map((entry) => entry.fromSubjectId)).toEqual(['cus_3', 'cus_2']);
  await line.expectWhole();
});

test('CR7: merges of the same two at the same moment end as one', async () => {
  const { line, keep, merge } = await twoBuyers();
  const results = await Promise.all([
    mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided }),
    mergeCustomers(line.context, { keep: merge.id, merge: keep.id, ...decided }),
    mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided }),
  ]);
  expect(results.filter((it) => it.result === 'merged')).toHaveLength(1);
  expect(await line.customers()).toHaveLength(1);
  await line.settle();
  await line.expectWhole();
});

test('CR4: what can happen again goes on being counted after a merge, so that the next time is told of too', async () => {
  const { line, merged } = await twoBuyers();
  const end = async (status: string, after: number) => {
    const subscription = aSubscription({ id: 'sub_2', customer: 'cus_2', status, lookupKey: 'solo_monthly' });
    line.atStripe.get('cus_2')?.splice(1, 1, ['subscription', subscription]);
    await line.tell('customer.subscription.updated', subscription, after);
    await line.settle();
  };
  const ended = aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + 30 });
  line.atStripe.get('cus_1')?.splice(1, 1, ['subscription', ended]);
  await line.tell('customer.subscription.deleted', ended, 30);
  await end('unpaid', 60);
  await end('active', 61);
  await merged();
  await line.settle();
  await end('unpaid', 62);
  expect(Object.keys(await line.effects('access_ended:sub_2:%@email'))).toEqual([
    'access_ended:sub_2:1@email',
    'access_ended:sub_2:2@email',
  ]);
});

test('CR7: while two are merged and split over and over, nothing that comes for them is lost or said twice', async () => {
  const { line, keep, merge } = await twoBuyers({ plan: 'team' });
  await line.sendAll();
  const failures: unknown[] = [];
  const attempt = (work: Promise<unknown>) => work.catch((error) => failures.push(error));
  const converge = () => convergeSubjects(line.context, { budgetMs: 0, limit: 100 });
  for (let round = 1; round <= 12; round += 1) {
    const renewal = (number: number) => {
      const id = `in_${number}0${round}`;
      return anInvoice({
        id,
        customer: `cus_${number}`,
        subscriptionId: `sub_${number}`,
        created: BOUGHT_AT + 60 + round,
      });
    };
    const change =
      round % 2 === 1
        ? mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided })
        : splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
    await Promise.all([
      attempt(line.tell('invoice.paid', renewal(1), 60 + round)),
      attempt(line.tell('invoice.paid', renewal(2), 60 + round)),
      attempt(change),
      attempt(converge()),
      attempt(converge()),
    ]);
  }
  await line.settle();
  expect(failures).toEqual([]);
  const held = await line.db
    .selectFrom('billing_object')
    .select(['id', 'subject_id'])
    .where('kind', '=', 'invoice')
    .execute();
  expect(held).toHaveLength(26);
  expect(held.filter((it) => it.subject_id !== `cus_${it.id[3]}`)).toEqual([]);
  expect(Object.values(await line.effects('welcome:%')).map((it) => it.state)).toEqual(['sent', 'sent']);
  expect((await line.customers()).map((it) => it.access_allowed)).toEqual([true, true]);
  await line.expectWhole();
}, 60_000);
