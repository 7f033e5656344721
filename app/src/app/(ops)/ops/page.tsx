import { customerFilters, getSummary, listCustomers } from '@onpaid/engine';
import Link from 'next/link';
import { CustomerFilters } from '@/components/ops/customer-filters';
import { CustomersTable } from '@/components/ops/customers-table';
import { NeedsYou } from '@/components/ops/needs-you';
import { PageTitle } from '@/components/ops/page-title';
import { Pager } from '@/components/ops/pager';
import { oneOf, readQuery, type SearchParams } from '@/components/ops/query';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Customers' };

export default async function CustomersPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission('operations.view');
  const query = knownQuery(await readQuery(searchParams));
  const { search, cursor, failing, ...filter } = query;
  const { db } = services();
  const now = new Date();
  const [summary, page] = await Promise.all([
    getSummary(db, now),
    listCustomers(db, {
      ...defined({ search }),
      cursor: cursor ?? null,
      filter: { ...defined(filter), failing: failing === 'yes' },
    }),
  ]);
  const isFiltered = Object.entries(query).some(([name, value]) => name !== 'cursor' && value);
  return (
    <>
      <PageTitle title="Customers" />
      <NeedsYou summary={summary} now={now} />
      {(summary.hasCustomers || isFiltered) && <CustomerFilters query={query} />}
      {page.items.length > 0 ? (
        <>
          <CustomersTable customers={page.items} />
          <Pager path="/ops" query={query} page={page} />
        </>
      ) : isFiltered ? (
        <NothingFits search={search} />
      ) : (
        <EmptyState
          title="No customers yet"
          action={
            <Button asChild look="secondary" size="sm">
              <Link href="/pricing">Open the pricing page</Link>
            </Button>
          }
        >
          A customer appears here as soon as Stripe tells of the first checkout. Nothing has to be entered by hand.
        </EmptyState>
      )}
    </>
  );
}

function NothingFits({ search }: { search: string | undefined }) {
  return (
    <EmptyState
      title={search ? `No customer fits “${search}” and these filters` : 'No customer fits these filters'}
      action={
        <Button asChild look="secondary" size="sm">
          <Link href="/ops">Clear search and filters</Link>
        </Button>
      }
    >
      Search looks at the beginning of a name or an address, and at whole Stripe ids of any kind.
    </EmptyState>
  );
}

function knownQuery(query: Record<string, string | undefined>) {
  return {
    search: query.search?.trim() || undefined,
    failing: oneOf(['yes'], query.failing),
    billing: oneOf(customerFilters.billing, query.billing),
    onboarding: oneOf(customerFilters.onboarding, query.onboarding),
    crm: oneOf(customerFilters.crm, query.crm),
    support: oneOf(customerFilters.support, query.support),
    cursor: query.cursor,
  };
}

/** Without the names whose value is missing, which is not the same as naming them undefined. */
function defined<T extends Record<string, string | undefined>>(query: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}
