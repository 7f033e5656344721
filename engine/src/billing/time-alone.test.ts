import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '../config.ts';
import { aBillingLine } from '../testing/billing-line.ts';
import {
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aStripeEvent,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
  type TestDatabase,
  testDatabase,
} from '../testing/index.ts';
import { onDay, readAs } from '../testing/life.ts';
import type { StripeReader } from './snapshot.ts';

/** After a purchase not one event arrives: the clock is moved, and Stripe, where it may be asked, answers what is true by then. */

const second = (day: number) => BOUGHT_AT + day * 86_400;

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

/** What Stripe says of the subscription from this day on, and of an invoice where one is new. */
type Story = [fromDay: number, subscription: Record<string, unknown>, invoice?: StripeObject | undefined][];

function aStripe(story: Story) {
  const reader = {
    reads: 0,
    async readSubject(subjectId: string) {
      reader.reads += 1;
      const sofar = story.filter(([day]) => onDay(day) <= clock.at);
      const [, fields = {}] = sofar.at(-1) ?? [];
      const invoices = sofar.flatMap(([, , invoice]) => (invoice ? [readAs('invoice', invoice)] : []));
      const objects = [readAs('customer', aCustomer()), readAs('subscription', aSubscription(fields)), ...invoices];
      return { subjectId, ownerId: null, readAt: clock.at, objects, gone: [] };
    },
  };
  return reader satisfies StripeReader;
}

const aLine = (stripe: StripeReader | null, change: Partial<Policy> = {}) =>
  aBillingLine(database, clock, { stripe, policy: aPolicy({ plans: [aPlan('team')], ...change }) });
type Line = ReturnType<typeof aLine>;

async function begin(line: Line, fields: Record<string, unknown>, invoice: StripeObject): Promise<void> {
  const created = { created: BOUGHT_AT };
  await line.record(
    aStripeEvent('customer.created', aCustomer(), created),
    aStripeEvent('customer.subscription.created', aSubscription(fields), created),
    aStripeEvent('invoice.paid', invoice, created),
  );
  await line.rest();
}

/** The clock is moved to this day, and the line runs until it has nothing to do. */
async function until(line: Line, day: number, seconds = 0) {
  const before = new Set(await line.messages());
  clock.at = onDay(day, seconds);
  await line.rest();
  const { rows } = await database.pool.query(
    `select access_allowed as allow, access_reason ->> 'code' as why, billing from onpaid.customer`,
  );
  return { ...rows[0], says: (await line.messages()).filter((id) => !before.has(id)) };
}

const accountIs = async () => {
  const { rows } = await database.pool.query(`select data from onpaid.effect where id = 'account:cus_1@app'`);
  return rows[0]?.data.access;
};
const ended = ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email'];

describe.each([true, false])('with no event, and a key: %s', (hasKey) => {
  const living = (story: Story, change?: Partial<Policy>) => aLine(hasKey ? aStripe(story) : null, change);

  test('BS12: grace ends', async () => {
    const pastDue = { status: 'past_due', latest_invoice: 'in_2' };
    const story: Story = [[0, pastDue, anUnpaidInvoice({ id: 'in_2' })]];
    const line = living(story);
    await begin(line, pastDue, anInvoice());
    expect(await until(line, 6)).toMatchObject({ allow: true, why: 'past_due', says: [] });
    expect(await until(line, 7)).toEqual({ allow: false, why: 'grace_over', billing: 'past_due', says: ended });
    expect(await accountIs()).toBe(false);
    expect(await until(line, 8)).toMatchObject({ allow: false, says: [] });
  });

  test('BS12: a scheduled cancellation takes effect', async () => {
    const canceling = { cancel_at: second(20) };
    const over = { status: 'canceled', cancel_at: second(20), ended_at: second(20) };
    const line = living([
      [0, canceling],
      [20, over],
    ]);
    await begin(line, canceling, anInvoice());
    expect(await until(line, 19)).toMatchObject({ allow: true, why: 'canceling', says: [] });
    expect(await until(line, 20)).toEqual({ allow: false, why: 'ended', billing: 'canceled', says: ended });
    expect(await accountIs()).toBe(false);
  });

  test('BS12: a trial is warned of before it ends', async () => {
    const trial = { status: 'trialing', trial_end: second(14) };
    const line = living([[0, trial]]);
    await begin(line, trial, anInvoice({ amountCents: 0 }));
    expect(await until(line, 10)).toMatchObject({ allow: true, why: 'trialing', says: [] });
    expect(await until(line, 11)).toMatchObject({ allow: true, says: ['trial_ending:sub_1@email'] });
    expect(await until(line, 13)).toMatchObject({ allow: true, says: [] });
  });

  test('BS12: a pause ends', async () => {
    const paused = { pause_collection: { behavior: 'void', resumes_at: second(10) } };
    const line = living(
      [
        [0, paused],
        [10, {}],
      ],
      { accessWhilePaused: false },
    );
    await begin(line, paused, anInvoice());
    expect(await until(line, 9)).toMatchObject({ allow: false, why: 'paused' });
    expect(await until(line, 10)).toMatchObject({ allow: true, why: 'active', billing: 'active' });
    expect(await accountIs()).toBe(true);
  });
});

describe('what only Stripe can say of the end of a trial', () => {
  const trial = { status: 'trialing', trial_end: second(14) };
  const free = anInvoice({ amountCents: 0 });

  test.each<[string, Record<string, unknown>, StripeObject | undefined, object]>([
    ['it was paid', {}, anInvoice({ id: 'in_2' }), { allow: true, why: 'active', billing: 'active', says: [] }],
    [
      'it could not be paid',
      { status: 'past_due', latest_invoice: 'in_2' },
      anUnpaidInvoice({ id: 'in_2' }),
      { allow: true, why: 'past_due', billing: 'past_due' },
    ],
    [
      'there was no card',
      { status: 'paused' },
      undefined,
      { allow: false, why: 'paused', billing: 'paused', says: ended },
    ],
    [
      'it was to be canceled',
      { status: 'canceled', ended_at: second(14) },
      undefined,
      { allow: false, why: 'ended', billing: 'canceled', says: ended },
    ],
  ])('BS17: is found without an event: %s', async (_, after, invoice, expected) => {
    const stripe = aStripe([
      [0, trial, free],
      [14, { trial_end: second(14), ...after }, invoice],
    ]);
    const line = aLine(stripe);
    await begin(line, trial, free);
    await until(line, 13);
    expect(await until(line, 14)).toMatchObject(expected);
  });

  test('BS17: is asked for until Stripe has moved on, and then no more', async () => {
    const stripe = aStripe([
      [0, trial, free],
      [14.04, {}, anInvoice({ id: 'in_2' })],
    ]);
    const line = aLine(stripe);
    await begin(line, trial, free);
    await until(line, 13);
    expect(await until(line, 14)).toMatchObject({ allow: true, why: 'trialing' });
    const reads = stripe.reads;
    expect(await until(line, 14, 300)).toMatchObject({ why: 'trialing' });
    expect(stripe.reads).toBe(reads);
    expect(await until(line, 14, 605)).toMatchObject({ why: 'trialing' });
    expect(stripe.reads).toBe(reads + 1);
    expect(await until(line, 14, 4_000)).toMatchObject({ why: 'active', billing: 'active' });
    expect(stripe.reads).toBe(reads + 2);
    await until(line, 15);
    expect(stripe.reads).toBe(reads + 2);
  });

  test('without a key, a trial past its end keeps its access and is not taken for paid', async () => {
    const line = aLine(null);
    await begin(line, trial, free);
    expect(await until(line, 14)).toMatchObject({ allow: true, why: 'trialing', billing: 'trialing' });
  });
});
