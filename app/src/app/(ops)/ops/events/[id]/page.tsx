import { describeEventType, getEvent } from '@onpaid/engine';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { PageTitle } from '@/components/ops/page-title';
import { Payload } from '@/components/ops/payload';
import { StateWord } from '@/components/ops/state-word';
import { eventState, eventWords } from '@/components/ops/words';
import { CopyableId } from '@/components/ui/copyable-id';
import { RelativeTime } from '@/components/ui/relative-time';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Event' };

export default async function EventPage({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission('operations.view');
  const { id } = await params;
  const event = await getEvent(services().db, decodeURIComponent(id));
  if (event === null) notFound();
  const facts: [string, React.ReactNode][] = [
    ['What came of it', <StateWord key="state" words={eventWords} state={eventState(event)} />],
    ['Happened', <RelativeTime key="at" at={event.occurredAt} />],
    ['Received', <RelativeTime key="at" at={event.receivedAt} />],
    ['Came by', event.origin === 'webhook' ? 'webhook' : `${event.origin}: we fetched it`],
    ['Event', <CopyableId key="id" id={event.id} length={32} />],
    ['Object', event.objectId === null ? '–' : <CopyableId key="id" id={event.objectId} length={32} />],
    ['API version', event.apiVersion ?? '–'],
  ];
  return (
    <>
      <PageTitle title={`${describeEventType(event.type)}.`} />
      <p className="pb-6">
        {event.buyer === null ? (
          <span className="text-muted">It belongs to no customer we know.</span>
        ) : (
          <Link href={`/ops/customers/${encodeURIComponent(event.buyer.id)}`} className="underline underline-offset-4">
            <bdi>{event.buyer.name ?? event.buyer.email ?? event.buyer.id}</bdi>
          </Link>
        )}
      </p>
      <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2 pb-6">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
      <Payload eventId={event.id} label="Stored body, payment details removed" />
    </>
  );
}
