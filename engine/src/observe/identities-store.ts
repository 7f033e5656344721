import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/** One of the customers that a buyer is at Stripe, or a guest's object that stood in for one. */
export interface StripeIdentity {
  id: string;
  email: string | null;
  /** Names the buyer here, and takes their mail; others were merged into it. */
  isMain: boolean;
  /** Stripe has deleted it. */
  isDeleted: boolean;
}

/** All that a buyer is at Stripe, the main one first. */
export async function listStripeIdentities(db: Database, customerId: string): Promise<StripeIdentity[]> {
  const { rows } = await sql<StripeIdentity>`
    with buyer as (
      select subject_id from onpaid.customer where id = ${customerId}
    ), identity as (
      select subject_id as id from buyer
      union
      select object_id
      from onpaid.object_alias
      join buyer using (subject_id)
      where exists (select from onpaid.subject where subject.id = object_id)
      union
      select id
      from onpaid.billing_object
      join buyer using (subject_id)
      where kind = 'customer'
    )
    select identity.id, known.value ->> 'email' as email, identity.id = buyer.subject_id as "isMain",
      coalesce(known.deleted, false) as "isDeleted"
    from identity
    cross join buyer
    left join onpaid.billing_object known on known.id = identity.id
    order by identity.id <> buyer.subject_id, identity.id
  `.execute(db);
  return rows;
}
