import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import { type Likeness, type Lookalike, likenessesOf } from './lookalikes.ts';

/** Customers that look like one buyer; a person decides. */
export interface DuplicateGroup {
  /** The address they share, without case and plus tag. */
  address: string;
  likenesses: Likeness[];
  /** A person has parted some of them before. */
  partedBefore: boolean;
  /** The oldest first. */
  customers: Lookalike[];
}

/** How many of one group are shown. */
const SHOWN = 20;

/** By address, a page at a time: `after` is the `next` of the page before. */
export async function findDuplicates(
  db: Database,
  { after = '', limit = 50 }: { after?: string; limit?: number } = {},
): Promise<{ groups: DuplicateGroup[]; next: string | null }> {
  // The index customer_likeness holds exactly this expression, in order, so a page reads no further than it shows.
  const likeness = sql`regexp_replace(email_normalized, '\\+[^@]*@', '@')`;
  const { rows } = await sql<{ address: string; partedBefore: boolean; customers: StoredLookalike[] }>`
    with likeness as (
      select ${likeness} as address
      from onpaid.customer
      where email_normalized is not null and ${likeness} > ${after}
      group by 1
      having count(*) > 1
      order by 1
      limit ${limit + 1}
    )
    select address, customers, exists (
        select
        from onpaid.customer_history history
        where history.what = 'split'
          and history.customer_id = any(ids) and history.merged_customer_id = any(ids)
      ) as "partedBefore"
    from likeness
    cross join lateral (
      -- Cut after aggregating: with a limit inside, the planner walks all customers by age for each group.
      select array_agg(id) as ids, to_jsonb((array_agg(
          jsonb_build_object('id', id, 'stripeCustomerId', stripe_customer_id, 'name', name, 'email', email,
            'emailNormalized', email_normalized, 'emailVerifiedAt', email_verified_at, 'billing', billing,
            'createdAt', created_at)
          order by created_at, id
        ))[:${SHOWN}::int]) as customers
      from onpaid.customer
      where email_normalized is not null and ${likeness} = address
    ) as members
    order by address
  `.execute(db);
  const shown = rows.slice(0, limit).map(({ customers, ...group }) => {
    const members = customers.map(lookalike);
    return { ...group, likenesses: likenessesOf(members), customers: members };
  });
  return { groups: shown, next: rows.length > limit ? (shown.at(-1)?.address ?? null) : null };
}

type StoredLookalike = Omit<Lookalike, 'createdAt' | 'emailVerifiedAt'> & {
  createdAt: string;
  emailVerifiedAt: string | null;
};

function lookalike({ createdAt, emailVerifiedAt, ...row }: StoredLookalike): Lookalike {
  return {
    ...row,
    createdAt: new Date(createdAt),
    emailVerifiedAt: emailVerifiedAt === null ? null : new Date(emailVerifiedAt),
  };
}
