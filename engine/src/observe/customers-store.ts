import { sql } from 'kysely';
import { readMergedInto } from '../customers/history-store.ts';
import { normaliseEmail } from '../customers/identity.ts';
import type { Database } from '../db/database.ts';
import { type CustomerFilter, type CustomerView, customerView } from './customer-view.ts';
import { type Cursor, type Page, pageFrom, pageOf } from './paging.ts';
import { parseSearch, type Search, startingWith } from './search.ts';

export interface CustomerQuery {
  /** The beginning of a name or an address, or a whole id of Stripe's or ours. */
  search?: string;
  filter?: CustomerFilter;
  cursor?: string | null;
  limit?: number;
}

/** Customers newest first. Every filter and search has its index; nothing is counted. */
export async function listCustomers(db: Database, query: CustomerQuery = {}): Promise<Page<CustomerView>> {
  const search = parseSearch(query.search ?? '');
  const filter = query.filter ?? {};
  const limit = query.limit ?? 50;
  const subjects = search?.kind === 'id' ? await subjectsNamed(db, search.id) : null;
  return pageFrom(query.cursor, limit, async (cursor) => {
    const rows = await selectCustomers(db, search, subjects, filter, cursor, limit);
    return pageOf(rows, cursor, limit, {
      keyOf: (row) => ({ at: row.created_micros, id: row.id }),
      view: customerView,
    });
  });
}

/**
 * One customer by our id, by any id of Stripe's that belongs to them, or by a whole address: the newest that has it, else whoever
 * a customer with this address was merged into.
 */
export async function getCustomer(db: Database, idOrStripeIdOrEmail: string): Promise<CustomerView | null> {
  const text = idOrStripeIdOrEmail.trim();
  const found = await db
    .selectFrom('customer')
    .selectAll()
    .where((eb) =>
      eb.or(
        text.includes('@')
          ? [eb('email_normalized', '=', normaliseEmail(text))]
          : [eb('id', '=', text), eb('stripe_customer_id', '=', text), eb('subject_id', '=', text)],
      ),
    )
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (found !== undefined) return customerView(found);
  const merged = text.includes('@') ? await mergedWith(db, text) : await subjectsNamed(db, text);
  const [row] = await db.selectFrom('customer').selectAll().where('subject_id', 'in', merged).limit(1).execute();
  return row === undefined ? null : customerView(row);
}

/** Whoever a customer with this address was merged into. */
async function mergedWith(db: Database, email: string): Promise<string[]> {
  const rows = await db
    .selectFrom('customer_address')
    .innerJoin('customer', 'customer.id', 'customer_address.customer_id')
    .select('customer.subject_id')
    .where('customer_address.email_normalized', '=', normaliseEmail(email))
    .execute();
  return orNone(rows.map((row) => row.subject_id));
}

function selectCustomers(
  db: Database,
  search: Search | null,
  subjects: string[] | null,
  filter: CustomerFilter,
  cursor: Cursor | null,
  limit: number,
) {
  const order = cursor?.direction === 'newer' ? 'asc' : 'desc';
  let query = db
    .selectFrom('customer')
    .selectAll()
    .select(sql<number>`(extract(epoch from created_at) * 1000000)::int8`.as('created_micros'))
    .orderBy('created_at', order)
    .orderBy('id', order)
    .limit(limit + 1);
  if (cursor !== null) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('created_at', 'id'),
        cursor.direction === 'newer' ? '>' : '<',
        eb.tuple(sql<Date>`(timestamptz 'epoch' + ${cursor.at} * interval '1 microsecond')`, cursor.id),
      ),
    );
  }
  if (subjects !== null) query = query.where('subject_id', 'in', subjects);
  if (search?.kind === 'email') query = query.where('email_normalized', 'like', startingWith(search.prefix));
  if (search?.kind === 'text') {
    const pattern = startingWith(search.prefix);
    query = query.where((eb) =>
      eb.or([eb(sql`lower(name)`, 'like', pattern), eb('email_normalized', 'like', pattern)]),
    );
  }
  if (filter.billing) query = query.where('billing', '=', filter.billing);
  if (filter.onboarding) query = query.where('onboarding', '=', filter.onboarding);
  if (filter.crm) query = query.where(sql`sync ->> 'crm'`, '=', filter.crm);
  if (filter.support) query = query.where(sql`sync ->> 'helpdesk'`, '=', filter.support);
  if (filter.failing) query = query.where('failure', 'is not', null);
  return query.execute();
}

/** Whose state an id belongs to: a subject itself, an object of theirs, or one that is only known by alias or by a merge. */
async function subjectsNamed(db: Database, id: string): Promise<string[]> {
  const named = [id, (await readMergedInto(db, id)) ?? id];
  const rows = await db
    .selectFrom('customer')
    .select('subject_id')
    .where((eb) => eb.or([eb('id', 'in', named), eb('stripe_customer_id', '=', id), eb('subject_id', '=', id)]))
    .union(db.selectFrom('billing_object').select('subject_id').where('id', '=', id))
    .union(db.selectFrom('object_alias').select('subject_id').where('object_id', '=', id))
    .execute();
  return orNone(rows.map((row) => row.subject_id));
}

/** An empty list is no SQL; no subject is called this. */
function orNone(subjectIds: string[]): string[] {
  return subjectIds.length === 0 ? [''] : subjectIds;
}
