import { type EventView, listEvents } from '@onpaid/engine';
import Link from 'next/link';
import { Chips } from '@/components/ops/chips';
import {
  DataTable,
  rowLink,
  StickyHead,
  TableBody,
  TableCell,
  TableHeading,
  TableRow,
} from '@/components/ops/data-table';
import { PageTitle } from '@/components/ops/page-title';
import { Pager } from '@/components/ops/pager';
import { hrefWith, oneOf, readQuery, type SearchParams } from '@/components/ops/query';
import { StateWord } from '@/components/ops/state-word';
import { eventState, eventWords } from '@/components/ops/words';
import { EmptyState } from '@/components/ui/empty-state';
import { RelativeTime } from '@/components/ui/relative-time';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Events' };

const groups = {
  all: { word: 'All', empty: 'Every event Stripe delivers is kept here, from the first one on.' },
  waiting: { word: 'Not read yet', empty: 'Events are read within a second of arriving, so this is usually empty.' },
  refused: {
    word: 'Kept apart',
    empty: 'Events of the other mode (test or live), and those that cannot be read, come here and touch nothing.',
  },
} as const;
const groupNames = ['all', 'waiting', 'refused'] as const;

export default async function EventsPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission('operations.view');
  const query = await readQuery(searchParams);
  const group = oneOf(groupNames, query.show) ?? 'all';
  const page = await listEvents(services().db, { group, cursor: query.cursor ?? null });
  const here = { show: group === 'all' ? undefined : group };
  return (
    <>
      <PageTitle title="Events" />
      <p className="text-muted">What Stripe told us, in the order it arrived.</p>
      <div className="py-3">
        <Chips
          exclusive
          label="Which events"
          chips={groupNames.map((name) => ({
            word: groups[name].word,
            active: name === group,
            href: hrefWith('/ops/events', {}, { show: name === 'all' ? null : name }),
          }))}
        />
      </div>
      {page.items.length > 0 ? (
        <>
          <EventsTable events={page.items} />
          <Pager path="/ops/events" query={here} page={page} />
        </>
      ) : (
        <EmptyState title="Nothing here">{groups[group].empty}</EmptyState>
      )}
    </>
  );
}

function EventsTable({ events }: { events: EventView[] }) {
  return (
    <DataTable label="Events, newest first">
      <StickyHead>
        <tr>
          <TableHeading className="w-64 lg:w-[26%]">Type</TableHeading>
          <TableHeading className="w-32">Received</TableHeading>
          <TableHeading className="w-40">What came of it</TableHeading>
          <TableHeading>Customer</TableHeading>
          <TableHeading className="w-56">Object</TableHeading>
        </tr>
      </StickyHead>
      <TableBody>
        {events.map((event) => (
          <TableRow key={event.id} className="relative">
            <TableCell title={event.id}>
              <Link href={`/ops/events/${encodeURIComponent(event.id)}`} prefetch={false} className={rowLink}>
                {event.type}
              </Link>
            </TableCell>
            <TableCell className="text-muted">
              <RelativeTime at={event.receivedAt} className="relative z-1" />
            </TableCell>
            <TableCell>
              <StateWord words={eventWords} state={eventState(event)} />
            </TableCell>
            <TableCell>
              <bdi>{event.buyer?.name ?? event.buyer?.email ?? event.subjectId ?? '–'}</bdi>
            </TableCell>
            <TableCell className="font-mono text-xs text-muted" title={event.objectId ?? undefined}>
              {event.objectId}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </DataTable>
  );
}
