import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';

/** Subjects: who works on which, under which fence, and what is wanted of them next. */

/** A subject under our claim: what was wanted when we took it, and the fence every write of ours must still match. */
export interface Claim {
  id: string;
  wanted: number;
  fence: number;
  failures: number;
  episodes: Record<string, number>;
  verifyWantedSince: Date | null;
}

const LEASE_SECONDS = 60;

/** Subjects with events to converge, or whose moment has come, oldest first; those another process holds are passed over. */
export async function claimSubjects(db: Database, by: string, limit: number, now: Date): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with wanted as (
      select id from onpaid.subject
      where wanted > done
        and (not_before is null or not_before <= ${now})
        and (lease_until is null or lease_until <= ${now})
      order by wanted_since
      limit ${limit}
      for no key update skip locked
    ), due as (
      select id from onpaid.subject
      where due_at <= ${now}
        and (not_before is null or not_before <= ${now})
        and (lease_until is null or lease_until <= ${now})
      order by due_at
      limit ${limit}
      for no key update skip locked
    )
    update onpaid.subject
    set lease_until = ${leaseEnd(now)}, leased_by = ${by}, fence = fence + 1
    where id in (select id from wanted union select id from due)
    returning ${claimColumns}
  `.execute(db);
  return rows;
}

/**
 * Subjects to be read from Stripe. No lease is taken, so that an event arriving while Stripe is slow is converged at once;
 * the read is then thrown away by its fence and asked for again. verify_at, moved on, keeps others from reading the same.
 */
export async function claimVerifications(db: Database, limit: number, now: Date): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with due as (
      select id from onpaid.subject
      where verify_at <= ${now} and wanted = done and (lease_until is null or lease_until <= ${now})
      order by verify_at
      limit ${limit}
      for no key update skip locked
    )
    update onpaid.subject
    set verify_at = ${leaseEnd(now)}, fence = fence + 1
    from due
    where subject.id = due.id
    returning ${claimColumns}
  `.execute(db);
  return rows;
}

/**
 * One subject to be read from Stripe though nothing asks for it. As with the others no lease is taken; null while it is being
 * converged, or has events to converge first. Where this process dies, the moment that was set has the subject read.
 */
export async function claimForReading(db: Database, id: string, now: Date): Promise<Claim | null> {
  const { rows } = await sql<Claim>`
    update onpaid.subject
    set verify_at = ${leaseEnd(now)}, fence = fence + 1
    where id = ${id} and wanted = done and (lease_until is null or lease_until <= ${now})
    returning ${claimColumns}
  `.execute(db);
  return rows[0] ?? null;
}

const claimColumns = sql`
  subject.id, subject.wanted, subject.fence, subject.failures, subject.episodes,
  subject.verify_wanted_since as "verifyWantedSince"
`;

function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_SECONDS * 1_000);
}

/** Locks the subjects that are still ours, in the order every lock on subjects is taken, and says which those are. */
export async function lockClaims(tx: Tx, claims: Pick<Claim, 'id' | 'fence'>[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select subject.id
    from onpaid.subject
    join unnest(${claims.map((it) => it.id)}::text[], ${claims.map((it) => it.fence)}::bigint[]) as claim (id, fence)
      using (id, fence)
    order by subject.id collate "C"
    for no key update of subject
  `.execute(tx);
  return new Set(rows.map((row) => row.id));
}

export interface Settlement {
  id: string;
  /** What was wanted when the claim was taken: what came later stays due. */
  done: number;
  dueAt: Date | null;
  /** Null when nothing needs to be read. */
  verifyAt: Date | null;
  episodes: Record<string, number>;
  isVerified: boolean;
}

/** Gives the subjects back, done as far as was wanted when they were taken. */
export async function settleSubjects(tx: Tx, settlements: Settlement[], now: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set done = settled.done,
      wanted_since = case when subject.wanted > settled.done then ${now}::timestamptz end,
      due_at = settled."dueAt",
      verify_at = settled."verifyAt",
      verify_wanted_since = case when settled."verifyAt" is not null then coalesce(subject.verify_wanted_since, ${now}) end,
      verified_at = case when settled."isVerified" then ${now} else subject.verified_at end,
      episodes = settled.episodes,
      failures = 0, failure = null, not_before = null, lease_until = null, leased_by = null
    from json_to_recordset(${JSON.stringify(settlements)}::json) as settled (
      id text, done bigint, "dueAt" timestamptz, "verifyAt" timestamptz, episodes jsonb, "isVerified" boolean
    )
    where subject.id = settled.id
  `.execute(tx);
}

/** The subject answers for itself: tried again later, each time later, in nobody's way. */
export async function failSubject(db: Database, claim: Claim, failure: string, retryAt: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set failures = failures + 1, failure = ${failure}, not_before = ${retryAt}, lease_until = null, leased_by = null
    where id = ${claim.id} and fence = ${claim.fence}
  `.execute(db);
}

/** Stripe could not be read: asked again later, while events go on being converged. */
export async function failVerification(db: Database, claim: Claim, failure: string, retryAt: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set failure = ${failure}, verify_at = ${retryAt}
    where id = ${claim.id} and fence = ${claim.fence}
  `.execute(db);
}

/** An id that leads somewhere must exist, though nothing has come for it yet. */
export async function ensureSubject(tx: Tx, subjectId: string): Promise<void> {
  await sql`insert into onpaid.subject (id) values (${subjectId}) on conflict (id) do nothing`.execute(tx);
}

/** Makes these subjects converge again, though no event came. */
export async function wantSubjects(db: Database | Tx, subjectIds: string[], now: Date): Promise<void> {
  await sql`
    with locked as (
      select id from onpaid.subject
      where id = any(${subjectIds})
      order by id collate "C"
      for no key update
    )
    update onpaid.subject
    set wanted = wanted + 1, wanted_since = coalesce(wanted_since, ${now})
    from locked
    where subject.id = locked.id
  `.execute(db);
}
