import { type CustomerView, type Database, getCustomer } from '@onpaid/engine';
import { sql } from 'kysely';

/** Every customer with this address, the best access first: one person may have bought as several Stripe customers. */
export async function accountsOf(db: Database, email: string): Promise<CustomerView[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from onpaid.customer
    where email_normalized = ${email.trim().toLowerCase()}
    order by access_allowed desc, created_at desc
    limit 10
  `.execute(db);
  const accounts = await Promise.all(rows.map(({ id }) => getCustomer(db, id)));
  return accounts.filter((account) => account !== null);
}

/**
 * A person signed in by a link sent to this address, so it is theirs. Their subjects are converged once more, for what is
 * only done for proven addresses.
 */
export async function markEmailVerified(db: Database, email: string): Promise<void> {
  await sql`
    with verified as (
      update onpaid.customer
      set email_verified_at = now(), updated_at = now()
      where email_normalized = ${email.trim().toLowerCase()} and email_verified_at is null
      returning subject_id
    )
    update onpaid.subject
    set wanted = wanted + 1, wanted_since = coalesce(wanted_since, now())
    from verified
    where subject.id = verified.subject_id
  `.execute(db);
}
