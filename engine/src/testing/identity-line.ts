import { sql } from 'kysely';
import { pino } from 'pino';
import { expect } from 'vitest';
import { drainSubjects } from '../billing/converge.ts';
import type { Snapshot, StripeReader } from '../billing/snapshot.ts';
import type { BillingObject } from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import type { LineContext } from '../context.ts';
import { customerIdOf } from '../customers/identity.ts';
import { readInvariantViolations } from '../db/invariants.ts';
import type { Connection, Slot } from '../effects/connection.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import { aPlan, aPolicy } from './policies.ts';
import { aStripeEvent } from './stripe-events.ts';
import { aCustomer, anInvoice, aSubscription, BOUGHT_AT, type StripeObject } from './stripe-objects.ts';
import { testDatabase } from './test-database.ts';

const policy = aPolicy({ plans: ['team', 'solo'].map((key) => aPlan(key, { grants: ['app', key] })) });

/** Only its presence in a slot, and what it is called, matter here. */
const connection = (slot: Slot): Connection => ({
  slot,
  vendor: slot === 'crm' ? 'hubspot' : 'none',
  label: slot === 'crm' ? 'HubSpot' : 'None',
  ratePerSecond: 1,
  handlers: {},
  probe: async () => ({ ok: true, value: { account: null } }),
});

type AtStripe = [BillingObject['kind'], StripeObject];

/** Several buyers on a real database, and what Stripe would answer about each of them. */
export async function anIdentityLine() {
  const database = await testDatabase();
  const { db, pool } = database;
  let now = new Date(BOUGHT_AT * 1_000 + 30_000);
  const atStripe = new Map<string, AtStripe[]>();
  const reads: string[][] = [];
  const deleted = new Set<string>();

  /** Reads the subject, and whatever customers are among the known. */
  const stripe: StripeReader = {
    async readSubject(subjectId, known): Promise<Snapshot> {
      const customers = [...new Set([subjectId, ...known.filter((id) => id.startsWith('cus_'))])];
      reads.push(customers);
      const raw = customers.flatMap((id) => atStripe.get(id) ?? []);
      const objects = raw.map(([kind, value]) => understand(kind, value)).flatMap((it) => (it.ok ? it.object : []));
      return { subjectId, ownerId: null, readAt: now, objects, gone: customers.filter((id) => deleted.has(id)) };
    },
  };
  const slots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];
  const context: LineContext = {
    db,
    log: pino({ level: 'silent' }),
    now: () => now,
    policy,
    baseUrl: 'https://northwind.example',
    stripe,
    connections: Object.fromEntries(slots.map((slot) => [slot, connection(slot)])),
    workerId: 'worker-1',
    wake: () => {},
    reached: () => {},
  };

  async function tell(type: string, object: StripeObject, after = 0): Promise<void> {
    const recorder = createRecorder({ pool });
    const body = Buffer.from(JSON.stringify(aStripeEvent(type, object, { created: BOUGHT_AT + after })));
    await recorder.record(readDelivery(body, 'test', now));
    await recorder.close();
  }

  /** Converges, and reads from Stripe, until nothing is due. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      now = new Date(now.getTime() + 200);
      if ((await drainSubjects(context, { budgetMs: 10_000, limit: 100 })) === 0) return;
    }
    throw new Error('The line did not come to rest.');
  }

  /** `cus_2`, `sub_2`, `in_2`: a customer of Stripe's who pays monthly. */
  async function buys(number: number, purchase: { email?: string; plan?: string; status?: string } = {}) {
    const { email = 'ada@example.com', plan = 'team', status = 'active' } = purchase;
    const customer = `cus_${number}`;
    const created = BOUGHT_AT + number;
    const objects: AtStripe[] = [
      ['customer', aCustomer({ id: customer, email, created })],
      [
        'subscription',
        aSubscription({
          id: `sub_${number}`,
          customer,
          created,
          status,
          lookupKey: `${plan}_monthly`,
          latest_invoice: `in_${number}`,
        }),
      ],
      [
        'invoice',
        anInvoice({ id: `in_${number}`, customer, subscriptionId: `sub_${number}`, customer_email: email, created }),
      ],
    ];
    atStripe.set(customer, objects);
    const [who, what, paid] = objects.map(([, raw]) => raw) as [StripeObject, StripeObject, StripeObject];
    await tell('customer.created', who, number);
    await tell('customer.subscription.created', what, number);
    await tell('invoice.paid', paid, number);
    await settle();
    return { stripeId: customer, id: customerIdOf(customer) };
  }

  /** As if everything planned had been sent, each state under an id of the vendor's. */
  async function sendAll(): Promise<void> {
    await sql`
      with sent as (
        update onpaid.effect
        set state = 'sent', settled_at = ${now}, next_at = null, attempts = attempts + 1, sent_version = version,
          applied_version = case when shape = 'state' then version end,
          remote_id = coalesce(remote_id, 'remote-' || id)
        where state = 'planned'
        returning id, version
      )
      insert into onpaid.attempt (effect_id, number, purpose, fence, version, outcome)
      select id, 1, 'send', 1, version, 'sent' from sent
    `.execute(db);
  }

  const effects = async (like = '%') => {
    const rows = await db
      .selectFrom('effect')
      .select(['id', 'state', 'reason', 'data', 'version', 'subject_id'])
      .where('id', 'like', like)
      .orderBy('id')
      .execute();
    return Object.fromEntries(rows.map((row) => [row.id, row]));
  };

  return {
    ...database,
    context,
    atStripe,
    /** Customers that Stripe has no more. */
    deleted,
    reads,
    tell,
    settle,
    buys,
    sendAll,
    effects,
    customers: () => db.selectFrom('customer').selectAll().orderBy('created_at').orderBy('id').execute(),
    subject: (id: string) => db.selectFrom('subject').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    issues: () => db.selectFrom('issue').select(['cause', 'title', 'state']).orderBy('id').execute(),
    aliases: async () => {
      const rows = await db.selectFrom('object_alias').selectAll().orderBy('object_id').execute();
      return Object.fromEntries(rows.map((row) => [row.object_id, row.subject_id]));
    },
    /** Nothing is forgotten, sent without proof or linked twice, whatever was merged. */
    async expectWhole(): Promise<void> {
      expect(await readInvariantViolations(db)).toEqual([]);
    },
  };
}

export type IdentityLine = Awaited<ReturnType<typeof anIdentityLine>>;
