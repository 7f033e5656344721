import { sql } from 'kysely';
import { normaliseEmail } from '../customers/identity.ts';
import type { Database } from '../db/database.ts';
import type { CustomerView } from './customer-view.ts';
import { getCustomer } from './customers-store.ts';

/**
 * Every customer of whoever reads mail at this address, the best access first. Of the addresses a customer had before they were
 * merged into another, only a verified one leads there.
 */
export async function accountsOf(db: Database, email: string): Promise<CustomerView[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from onpaid.customer
    where id in (
      select id
      from onpaid.customer
      where email_normalized = ${normaliseEmail(email)}
      union
      select customer_id
      from onpaid.customer_address
      where email_normalized = ${normaliseEmail(email)} and verified_at is not null
    )
    order by access_allowed desc, created_at desc
    limit 10
  `.execute(db);
  const accounts = await Promise.all(rows.map(({ id }) => getCustomer(db, id)));
  return accounts.filter((account) => account !== null);
}
