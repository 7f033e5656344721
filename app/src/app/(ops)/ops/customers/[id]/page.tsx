import {
  type CustomerView,
  explainAccess,
  getCustomer,
  getTimeline,
  listRemoteRecords,
  type TimelineKind,
} from '@onpaid/engine';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { Chips } from '@/components/ops/chips';
import { CustomerFacts } from '@/components/ops/customer-facts';
import { PageTitle } from '@/components/ops/page-title';
import { hrefWith, oneOf, readQuery, type SearchParams } from '@/components/ops/query';
import { Sentence } from '@/components/ops/sentence';
import { Timeline } from '@/components/ops/timeline';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { RelativeTime } from '@/components/ui/relative-time';
import { founder } from '@/server/founder';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Customer' };

const shows = {
  events: { word: 'Events', kinds: ['event'] },
  changes: { word: 'Changes', kinds: ['transition'] },
  effects: { word: 'Effects', kinds: ['effect', 'issue'] },
} as const satisfies Record<string, { word: string; kinds: TimelineKind[] }>;
const showNames = Object.keys(shows) as (keyof typeof shows)[];

export default async function CustomerPage(props: { params: Promise<{ id: string }>; searchParams: SearchParams }) {
  await requirePermission('operations.view');
  const { id } = await props.params;
  const { db, environment } = services();
  const customer = await getCustomer(db, decodeURIComponent(id));
  if (customer === null) notFound();
  const query = await readQuery(props.searchParams);
  const show = oneOf(showNames, query.show);
  const [timeline, records] = await Promise.all([
    getTimeline(db, customer.id, { before: query.before ?? null, ...(show ? { kinds: shows[show].kinds } : {}) }),
    listRemoteRecords(db, customer.subjectId),
  ]);
  const path = `/ops/customers/${encodeURIComponent(customer.id)}`;
  return (
    <>
      <PageTitle title={<bdi>{customer.name ?? customer.email ?? customer.id}</bdi>}>
        {customer.name && customer.email && <span className="break-all text-muted">{customer.email}</span>}
      </PageTitle>
      <Explanation customer={customer} />
      <div className="grid gap-x-12 gap-y-8 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="xl:order-2">
          <CustomerFacts customer={customer} records={records} plans={founder.plans} mode={environment.mode} />
        </div>
        <section aria-labelledby="timeline" className="min-w-0 max-w-4xl">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <h2 id="timeline" className="font-semibold">
              Timeline
            </h2>
            <Chips exclusive label="What the timeline shows" chips={chipsFor(path, show)} />
          </div>
          {timeline.entries.length === 0 ? (
            <EmptyState title="Nothing of this kind yet">
              What Stripe tells about this customer, what it changes and what we do about it appears here.
            </EmptyState>
          ) : (
            <Timeline entries={timeline.entries} />
          )}
          <nav aria-label="Pages" className="flex gap-2 py-4">
            {query.before && (
              <Button asChild look="secondary" size="sm">
                <Link href={hrefWith(path, { show }, {})}>Newest</Link>
              </Button>
            )}
            {timeline.older && (
              <Button asChild look="secondary" size="sm">
                <Link prefetch={false} href={hrefWith(path, { show }, { before: timeline.older })}>
                  Older
                </Link>
              </Button>
            )}
          </nav>
        </section>
      </div>
    </>
  );
}

function Explanation({ customer }: { customer: CustomerView }) {
  const { access, failure, failureAt } = customer;
  return (
    <div className="flex flex-col items-start gap-1 pt-1 pb-6">
      <Sentence kind={access.allow ? 'ok' : 'off'}>
        {explainAccess(access, { person: 'they', plans: founder.plans })}
      </Sentence>
      {failure && (
        <Sentence kind="broken">
          {failure}
          {failureAt && (
            <span className="text-muted">
              {' · began '}
              <RelativeTime at={failureAt} />
            </span>
          )}
        </Sentence>
      )}
    </div>
  );
}

function chipsFor(path: string, show: keyof typeof shows | undefined) {
  return [
    { word: 'All', active: show === undefined, href: path },
    ...showNames.map((name) => ({
      word: shows[name].word,
      active: show === name,
      href: hrefWith(path, {}, { show: name }),
    })),
  ];
}
