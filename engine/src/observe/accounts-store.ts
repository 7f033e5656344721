import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import type { CustomerView } from './customer-view.ts';
import { getCustomer } from './customers-store.ts';

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
