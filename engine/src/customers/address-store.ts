import { sql } from 'kysely';
import { wantSubjects } from '../billing/subject-store.ts';
import type { Database, Tx } from '../db/database.ts';

/** Whose an address is, and whether they have shown that they read mail there. */

/** Every customer with exactly this address is verified, and converges again, because the CRM may now adopt a contact. */
export async function verifyAddress(db: Database, emailNormalized: string, now: Date): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    // Subjects before customers, as converging locks them.
    await wantSubjects(tx, await readSubjectsByEmail(tx, emailNormalized), now);
    const verified = await setEmailVerified(tx, emailNormalized, now);
    return verified + (await setMergedVerified(tx, emailNormalized, now));
  });
}

/** Customers who have this address as their own, or had it before they were merged, and have proven it; the oldest first. */
export async function readHoldersOf(db: Database, emailNormalized: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from onpaid.customer
    where id in (
      select id
      from onpaid.customer
      where email_normalized = ${emailNormalized} and email_verified_at is not null
      union
      select customer_id
      from onpaid.customer_address
      where email_normalized = ${emailNormalized} and verified_at is not null
    )
    order by created_at, id
    limit 100
  `.execute(db);
  return rows.map((row) => row.id);
}

async function readSubjectsByEmail(tx: Tx, emailNormalized: string): Promise<string[]> {
  const { rows } = await sql<{ subject_id: string }>`
    select subject_id
    from onpaid.customer
    where email_normalized = ${emailNormalized} and email_verified_at is null
  `.execute(tx);
  return rows.map((row) => row.subject_id);
}

async function setEmailVerified(tx: Tx, emailNormalized: string, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update onpaid.customer
    set email_verified_at = ${now}
    where email_normalized = ${emailNormalized} and email_verified_at is null
  `.execute(tx);
  return Number(numAffectedRows ?? 0);
}

async function setMergedVerified(tx: Tx, emailNormalized: string, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update onpaid.customer_address
    set verified_at = ${now}
    where email_normalized = ${emailNormalized} and verified_at is null
  `.execute(tx);
  return Number(numAffectedRows ?? 0);
}
