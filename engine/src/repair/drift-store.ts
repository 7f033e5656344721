import { sql } from 'kysely';
import type { Access } from '../billing/access.ts';
import { normaliseEmail } from '../customers/identity.ts';
import type { Summary } from '../customers/summary.ts';
import type { Database, Tx } from '../db/database.ts';
import type { Difference, DriftCause } from './drift.ts';

/** A difference that was found, why, and when. */
export interface Drift extends Difference {
  subjectId: string;
  cause: DriftCause;
  /** Since when at most; null when nothing tells. */
  since: Date | null;
  foundAt: Date;
  /** Null in a dry run. */
  healedAt: Date | null;
}

export async function saveDrift(tx: Tx, drift: Drift[]): Promise<void> {
  if (drift.length === 0) return;
  await sql`
    insert into onpaid.drift (subject_id, object_id, kind, field, ours, stripe, cause, since, found_at, healed_at)
    select "subjectId", "objectId", kind, field, ours, stripe, cause, since, "foundAt", "healedAt"
    from json_to_recordset(${JSON.stringify(drift)}::json) as found (
      "subjectId" text, "objectId" text, kind text, field text, ours text, stripe text, cause text, since timestamptz,
      "foundAt" timestamptz, "healedAt" timestamptz
    )
  `.execute(tx);
}

/** The newest first: of one subject, or of all. */
export async function listDrift(
  db: Database,
  { subjectId = null, limit = 100 }: { subjectId?: string | null; limit?: number } = {},
): Promise<Drift[]> {
  const { rows } = await sql<Drift>`
    select subject_id as "subjectId", object_id as "objectId", kind, field, ours, stripe, cause, since,
      found_at as "foundAt", healed_at as "healedAt"
    from onpaid.drift
    where ${subjectId}::text is null or subject_id = ${subjectId}
    order by id desc
    limit ${limit}
  `.execute(db);
  return rows;
}

export interface TellingRow {
  id: string;
  objectId: string;
  type: string;
  occurredAt: Date;
  isProjected: boolean;
  /** Null when it was purged. */
  body: Buffer | null;
}

/** The newest events of these objects; a handful each is more than a second ever holds. */
export async function readTellings(db: Database | Tx, subjectId: string, objectIds: string[]): Promise<TellingRow[]> {
  const { rows } = await sql<TellingRow>`
    select id, "objectId", type, "occurredAt", "isProjected", body
    from (
      select event.id, event.object_id as "objectId", event.type, event.occurred_at as "occurredAt",
        event.projected_at is not null as "isProjected",
        (
          select payload.body from onpaid.event_payload payload
          where payload.event_id = event.id and payload.shape = 'snapshot'
          limit 1
        ) as body,
        row_number() over (partition by event.object_id order by event.occurred_at desc, event.seq desc) as place
      from onpaid.event
      where subject_id = ${subjectId} and object_id = any(${objectIds}) and disposition = 'recorded'
    ) placed
    where place <= 10
  `.execute(db);
  return rows;
}

/** The columns of a customer's row that are derived, by name. */
export async function readCustomerRow(
  db: Database | Tx,
  subjectId: string,
): Promise<({ id: string } & Record<string, unknown>) | null> {
  const { rows } = await sql<{ id: string } & Record<string, unknown>>`
    select id, email, email_normalized, name, locale, billing, plan, amount_cents, currency, renews_at, first_paid_at,
      access_allowed, access_reason, access_until, access_plans, access_grants
    from onpaid.customer
    where subject_id = ${subjectId}
  `.execute(db);
  return rows[0] ?? null;
}

/** What the row should say. An earlier first payment than is still known of stays as it is. */
export function dueCustomerRow(summary: Summary, access: Access, kept: { firstPaidAt: Date | null }) {
  const { email, name, locale, billing, plan, amountCents, currency, renewsAt, firstPaidAt } = summary;
  const isEarlierKept = kept.firstPaidAt !== null && (firstPaidAt === null || kept.firstPaidAt < firstPaidAt);
  return {
    email,
    email_normalized: email === null ? null : normaliseEmail(email),
    name,
    locale,
    billing,
    plan,
    amount_cents: amountCents,
    currency,
    renews_at: renewsAt,
    first_paid_at: isEarlierKept ? kept.firstPaidAt : firstPaidAt,
    access_allowed: access.allow,
    access_reason: access.reason,
    access_until: access.until,
    access_plans: access.plans,
    access_grants: access.grants,
  };
}

/** A page of subjects that have something to compare, in the order in which they are walked. */
export async function readSubjectsAfter(db: Database, after: string | null, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from onpaid.subject
    where (${after}::text is null or id collate "C" > ${after} collate "C")
      and (
        exists (select from onpaid.billing_object where subject_id = subject.id)
        or exists (select from onpaid.customer where subject_id = subject.id)
      )
    order by id collate "C"
    limit ${limit}
  `.execute(db);
  return rows.map((row) => row.id);
}

/** Those of Stripe's ids that we hold no object of. */
export async function readUnheld(db: Database, objectIds: string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id
    from unnest(${objectIds}::text[]) as listed (id)
    where not exists (select from onpaid.billing_object held where held.id = listed.id)
  `.execute(db);
  return new Set(rows.map((row) => row.id));
}

export async function ensureSubject(db: Database | Tx, id: string): Promise<void> {
  await sql`insert into onpaid.subject (id) values (${id}) on conflict (id) do nothing`.execute(db);
}

/** By Stripe id, our id or exact address; more than one where an address is shared. */
export async function findSubjects(db: Database, wanted: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select subject_id as id from onpaid.customer
    where id = ${wanted} or subject_id = ${wanted} or stripe_customer_id = ${wanted} or email_normalized = ${normaliseEmail(wanted)}
    union
    select id from onpaid.subject where id = ${wanted}
  `.execute(db);
  return rows.map((row) => row.id);
}

/** The subject as it stands, for those who change nothing; one that is not there yet has nothing. */
export async function lookAtSubject(db: Database, id: string) {
  const { rows } = await sql<{
    id: string;
    wanted: number;
    fence: number;
    failures: number;
    episodes: Record<string, number>;
    verifyWantedSince: Date | null;
  }>`
    select id, wanted, fence, failures, episodes, verify_wanted_since as "verifyWantedSince"
    from onpaid.subject
    where id = ${id}
  `.execute(db);
  return rows[0] ?? { id, wanted: 0, fence: 0, failures: 0, episodes: {}, verifyWantedSince: null };
}
