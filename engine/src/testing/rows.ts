import type { Insertable } from 'kysely';
import type { Database } from '../db/database.ts';
import type { DB } from '../db/types.ts';

/** Rows as the line would have written them, for tests and pictures of what only reads. Each takes what matters to its test. */

type Row<Table extends keyof DB> = Partial<Insertable<DB[Table]>>;

let made = 0;
const at = new Date('2026-03-04T14:00:00Z');

/** A customer with its subject. What a test does not name is that of an active buyer whom nothing stands in the way of. */
export async function aCustomerRow(
  db: Database,
  row: Row<'customer'> = {},
): Promise<{ id: string; subjectId: string }> {
  made += 1;
  const id = row.id ?? `cu_test${made}`;
  const subjectId = row.subject_id ?? `cus_test${made}`;
  await db
    .insertInto('subject')
    .values({ id: subjectId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const email = row.email === undefined ? `buyer${made}@example.com` : row.email;
  await db
    .insertInto('customer')
    .values({
      stripe_customer_id: subjectId,
      name: `Buyer ${made}`,
      email_normalized: email?.toLowerCase() ?? null,
      billing: 'active',
      plan: 'team',
      amount_cents: 4900,
      currency: 'usd',
      onboarding: 'welcomed',
      sync: JSON.stringify({ app: 'in_step', crm: 'in_step', email: 'in_step' }),
      access_allowed: true,
      access_reason: JSON.stringify({ code: 'active', subscriptionId: `sub_test${made}`, renewsAt: null }),
      access_changed_at: at,
      last_event_type: 'invoice.paid',
      last_event_at: at,
      created_at: at,
      ...row,
      id,
      subject_id: subjectId,
      email,
    })
    .execute();
  return { id, subjectId };
}

export async function anEventRow(db: Database, row: Row<'event'> = {}): Promise<string> {
  made += 1;
  const id = row.id ?? `evt_test${made}`;
  await db
    .insertInto('event')
    .values({
      type: 'invoice.paid',
      subject_id: 'cus_nobody',
      occurred_at: at,
      received_at: at,
      livemode: false,
      disposition: 'recorded',
      outcome: 'applied',
      projected_at: at,
      ...row,
      id,
    })
    .execute();
  return id;
}

export async function aTransitionRow(db: Database, row: Row<'transition'> & { subject_id: string }): Promise<void> {
  made += 1;
  await db
    .insertInto('transition')
    .values({
      key: `invoice_paid:in_test${made}`,
      kind: 'invoice_paid',
      object_id: `in_test${made}`,
      occurred_at: at,
      noticed_at: at,
      confidence: 'verified',
      ...row,
    })
    .execute();
}

export async function anEffectRow(db: Database, row: Row<'effect'> = {}): Promise<string> {
  made += 1;
  const id = row.id ?? `welcome:sub_test${made}@email`;
  await db
    .insertInto('effect')
    .values({
      kind: 'email.welcome',
      slot: 'email',
      shape: 'message',
      state: 'planned',
      data: '{}',
      occurred_at: at,
      created_at: at,
      next_at: at,
      ...row,
      id,
    })
    .execute();
  return id;
}

export async function anAttemptRow(db: Database, row: Row<'attempt'> & { effect_id: string }): Promise<void> {
  await db
    .insertInto('attempt')
    .values({ number: 1, purpose: 'send', fence: 1, version: 1, started_at: at, ended_at: at, outcome: 'sent', ...row })
    .execute();
}

export async function anIssueRow(db: Database, row: Row<'issue'> = {}, effectIds: string[] = []): Promise<number> {
  made += 1;
  const { id } = await db
    .insertInto('issue')
    .values({
      cause_key: `crm:retryable:${made}`,
      slot: 'crm',
      vendor: 'hubspot',
      cause: 'retryable',
      title: 'HubSpot answers 500',
      opened_at: at,
      last_seen_at: at,
      ...row,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const effectId of effectIds) {
    await db.insertInto('issue_effect').values({ issue_id: id, effect_id: effectId }).execute();
  }
  return id;
}
