import {
  type CrashPoint,
  type CustomerView,
  type EffectKind,
  getCustomer,
  readInvariantViolations,
  type Slot,
} from '@onpaid/engine';
import { type TestDatabase, testDatabase } from '@onpaid/engine/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../smoke/wait-for.ts';
import { type Outcome, outcomesOf, saidTwice } from './judge.ts';
import { type Buyer, openShop, type Shop, type Vendor } from './shop.ts';
import { isAtRest, isLeftByTheDead, readLedger } from './store.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';
import type { Doom } from './worker-program.ts';

/** A dead worker's lease, the time its last request may have taken, and a margin: after that others take over. */
const TAKEN_OVER_AFTER_MS = 60_000 + 25_000 + 5_000 + 1_000;
const TEST_TIMEOUT_MS = 60_000;

let database: TestDatabase;
let shop: Shop;
/** The worker that cleaned up after one case is the one that dies in the next. */
let worker: WorkerProcess | null = null;
const processes: WorkerProcess[] = [];

beforeAll(async () => {
  database = await testDatabase();
  shop = await openShop(database);
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  console.error(
    processes
      .slice(-3)
      .map((one) => `Worker ${one.pid}:\n${one.lastWords()}`)
      .join('\n'),
  );
  await endAll();
  // What they held is free for the next case.
  shop.passTime(TAKEN_OVER_AFTER_MS);
});

afterAll(async () => {
  await endAll();
  await shop?.close();
  await database?.close();
});

/** What happens to the buyer last, and what is to be there when all is done. */
const stories = {
  purchase: ['app.account', 'crm.contact', 'email.welcome', 'chat.sale'],
  'failed renewal': ['email.payment_failed', 'chat.payment_failed', 'helpdesk.payment_failed'],
  'recovered payment': ['helpdesk.payment_recovered'],
} as const;
type Story = keyof typeof stories;

/** Nobody can ask these whether it arrived. */
const silent = /^(email|chat)\./;
const anyOutcome = expect.stringMatching(/^(arrived|arrived, asked|missing, asked)$/);

interface Row {
  story: Story;
  doom: Doom;
  /** What cannot be otherwise; for the rest, a silent vendor may have been in the middle of something too. */
  certain: Record<string, Outcome>;
}

const undisturbed = Object.fromEntries(
  Object.values(stories).flatMap((kinds) => kinds.map((kind) => [kind, 'arrived' as const])),
);
const subjectRows: Row[] = [
  { story: 'purchase', doom: { point: 'subject.claimed' }, certain: undisturbed },
  { story: 'purchase', doom: { point: 'subject.projected' }, certain: undisturbed },
  { story: 'purchase', doom: { point: 'subject.committed' }, certain: undisturbed },
  { story: 'purchase', doom: { point: 'subject.verified' }, certain: {} },
  { story: 'purchase', doom: { point: 'subject.committed', after: 'subject.verified' }, certain: {} },
  { story: 'failed renewal', doom: { point: 'subject.verified' }, certain: undisturbed },
  { story: 'failed renewal', doom: { point: 'subject.committed', after: 'subject.verified' }, certain: undisturbed },
];

/** Each slot by the first effect that reaches it, and closing a ticket, which is looked up before it is written again. */
const effectRows = [
  ...rowsOf('purchase', 'app.account'),
  ...rowsOf('purchase', 'crm.contact'),
  ...rowsOf('purchase', 'email.welcome'),
  ...rowsOf('purchase', 'chat.sale'),
  ...rowsOf('failed renewal', 'helpdesk.payment_failed'),
  ...rowsOf('recovered payment', 'helpdesk.payment_recovered').filter(({ doom }) =>
    /sending|answered/.test(doom.point),
  ),
];

function rowsOf(story: Story, kind: EffectKind): Row[] {
  const slot = kind.split('.')[0] as Slot;
  const row = (point: CrashPoint, whenSilent: Outcome): Row => ({
    story,
    doom: { point, slot },
    certain: { [kind]: silent.test(kind) ? whenSilent : 'arrived' },
  });
  return [
    row('effect.claimed', 'arrived'),
    row('effect.sending', 'missing, asked'),
    row('effect.answered', 'arrived, asked'),
    row('effect.settled', 'arrived'),
  ];
}

const rows = [...subjectRows, ...effectRows].map((row): [string, Row] => [titleOf(row), row]);

test.each(rows)(
  '%s: nothing is lost, nothing happens twice',
  async (_, { story, doom, certain }) => {
    const buyer = await liveThroughDeath(story, doom);
    await expectAllIsWell(buyer, story, certain);
  },
  TEST_TIMEOUT_MS,
);

const chaos: [Vendor, string, Outcome, Story, Slot, string, Outcome][] = [
  ['app', 'app.account', 'arrived', 'purchase', 'crm', 'crm.contact', 'arrived'],
  ['hubspot', 'crm.contact', 'arrived', 'purchase', 'email', 'email.welcome', 'missing, asked'],
  ['email', 'email.welcome', 'arrived, asked', 'purchase', 'chat', 'chat.sale', 'missing, asked'],
  [
    'slack',
    'chat.payment_failed',
    'arrived, asked',
    'failed renewal',
    'helpdesk',
    'helpdesk.payment_failed',
    'arrived',
  ],
  ['zendesk', 'helpdesk.payment_failed', 'arrived', 'failed renewal', 'chat', 'chat.payment_failed', 'missing, asked'],
];

test.each(chaos)(
  'an answer of %s is lost (%s: %s), and in a %s the worker dies while it sends to %s: nothing is lost, nothing happens twice',
  async (vendor, lostKind, lostOutcome, story, slot, kind, outcome) => {
    const buyer = await liveThroughDeath(story, { point: 'effect.sending', slot }, () => shop.loseNextAnswer(vendor));
    // Slots work side by side: the worker may have died before it came to ask this vendor, whose answer was then not lost.
    const isLost = (await shop.faultsLeft()).length === 0;
    await shop.loseNoAnswer(vendor);
    const ofLost = isLost ? lostOutcome : silent.test(lostKind) ? anyOutcome : 'arrived';
    await expectAllIsWell(buyer, story, { [lostKind]: ofLost, [kind]: outcome });
  },
  TEST_TIMEOUT_MS,
);

const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
const random = doomOf(seed);

test(
  `two workers share 20 purchases and one dies at ${random.point}, time ${random.nth} (CRASH_SEED=${seed}): nothing is lost, nothing happens twice`,
  async () => {
    const survivor = worker ?? (await putToWork(startProcess()));
    worker = null;
    const [doomed, successor] = [startProcess(), startProcess()];
    await putToWork(doomed, random);
    const buyers: Buyer[] = [];
    while (buyers.length < 20 || !doomed.isDead()) {
      if (buyers.length === 60) throw new Error('The doomed worker never came to where it was to die.');
      buyers.push(await shop.buy(aName()));
    }
    expect(await doomed.death()).toBe('SIGKILL');
    await putToWork(successor);
    await waitFor('Stripe to have delivered everything', () => shop.isDelivered());
    await waitFor('the living to do the rest', () => isLeftByTheDead(database.db, doomed.pid));

    // Both clocks at once, and nothing under way: neither takes the other for dead.
    shop.passTime(TAKEN_OVER_AFTER_MS);
    await Promise.all([putToWork(survivor), putToWork(successor)]);
    await allIsDone();
    for (const buyer of buyers) await expectAllIsWell(buyer, 'purchase', {});
  },
  TEST_TIMEOUT_MS,
);

/** Where and at which time of many it dies, from one number. */
function doomOf(number: number): Doom & { nth: number } {
  const points = [...new Set(rows.map(([, row]) => row.doom.point))];
  const point = points[number % points.length] ?? 'effect.sending';
  return { point, nth: 1 + (Math.floor(number / points.length) % 3) };
}

function titleOf({ story, doom: { point, slot, after } }: Row): string {
  return `a ${story}, killed at ${point}${slot ? ` of ${slot}` : ''}${after ? ` after ${after}` : ''}`;
}

/** The last thing of the story happens to a worker that dies of it; the next one finds what it left. */
async function liveThroughDeath(story: Story, doom: Doom, meanwhile = async () => {}): Promise<Buyer> {
  const successor = startProcess();
  const doomed = worker ?? (await putToWork(startProcess()));
  worker = null;
  const buyer = await live(story, async () => {
    await meanwhile();
    await putToWork(doomed, doom);
  });
  expect(await doomed.death()).toBe('SIGKILL');
  shop.passTime(TAKEN_OVER_AFTER_MS);
  worker = await putToWork(successor);
  await allIsDone();
  return buyer;
}

async function live(story: Story, beforeTheLast: () => Promise<void>): Promise<Buyer> {
  if (story === 'purchase') await beforeTheLast();
  const buyer = await shop.buy(aName());
  if (story === 'purchase') return buyer;
  await allIsDone();
  if (story === 'failed renewal') await beforeTheLast();
  const invoiceId = await shop.failRenewal(buyer);
  if (story === 'failed renewal') return buyer;
  await allIsDone();
  await beforeTheLast();
  await shop.payInvoice(invoiceId);
  return buyer;
}

async function allIsDone(): Promise<void> {
  await waitFor('Stripe to have delivered everything', () => shop.isDelivered());
  await waitFor('nothing to be left to do', () => isAtRest(database.db));
}

async function expectAllIsWell(buyer: Buyer, story: Story, certain: Record<string, Outcome>): Promise<void> {
  const customer = await customerOf(buyer);
  const ledger = await readLedger(database.db, customer.subjectId);
  const inboxes = await shop.inboxes();
  expect(outcomesOf({ ...buyer, id: customer.id }, ledger, inboxes)).toEqual(expectedOutcomes(story, certain));
  expect(customer).toMatchObject({ subjectId: buyer.customerId, access: { allow: true } });
  const account = inboxes.app.accounts.find((one) => one.customerId === customer.id);
  expect(account?.data.access).toBe(true);
  const contact = inboxes.hubspot.contacts.find((one) => one.properties.email === buyer.email);
  expect(contact?.properties.onpaid_billing_status).toBe(customer.billing);
  expect(saidTwice(inboxes)).toEqual([]);
  expect(await readInvariantViolations(database.db)).toEqual([]);
}

function expectedOutcomes(story: Story, certain: Record<string, Outcome>): Record<string, unknown> {
  const names = Object.keys(stories) as Story[];
  const kinds = names.slice(0, names.indexOf(story) + 1).flatMap((name): readonly string[] => stories[name]);
  return Object.fromEntries(kinds.map((kind) => [kind, certain[kind] ?? (silent.test(kind) ? anyOutcome : 'arrived')]));
}

async function customerOf({ email }: Buyer): Promise<CustomerView> {
  const customer = await getCustomer(database.db, email);
  if (customer === null) throw new Error(`${email} paid, and is no customer.`);
  return customer;
}

let names = 0;
function aName(): string {
  names += 1;
  return `Ada ${names}`;
}

function startProcess(): WorkerProcess {
  const started = startWorkerProcess();
  processes.push(started);
  return started;
}

/** Starts it, or moves its clock to the shop's. */
async function putToWork(process: WorkerProcess, doom: Doom | null = null): Promise<WorkerProcess> {
  await process.order({ env: shop.env, aheadMs: shop.aheadMs(), doom });
  return process;
}

async function endAll(): Promise<void> {
  await Promise.all(processes.splice(0).map((one) => one.kill()));
  worker = null;
}
