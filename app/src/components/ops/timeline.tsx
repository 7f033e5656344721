import { describeTimelineEntry, type TimelineEntry } from '@onpaid/engine';
import { Payload } from './payload';
import { Sentence } from './sentence';

type Attempt = Extract<TimelineEntry, { kind: 'effect' }>['attempts'][number];

/** Newest first, one heading a day. Days and times are UTC, so that everybody who looks names the same moment. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  return [...Map.groupBy(entries, (entry) => entry.at.toISOString().slice(0, 10))].map(([day, ofDay]) => (
    <section key={day} aria-labelledby={`day-${day}`}>
      <h3 id={`day-${day}`} className="sticky top-0 z-1 bg-canvas py-2 text-xs font-medium text-muted">
        {new Date(day).toLocaleDateString('en-GB', { dateStyle: 'full', timeZone: 'UTC' })}
      </h3>
      <ol>
        {ofDay.map((entry) => (
          <Entry key={entry.key} entry={entry} />
        ))}
      </ol>
    </section>
  ));
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { sentence, standing } = describeTimelineEntry(entry);
  const iso = entry.at.toISOString();
  return (
    <li className="grid grid-cols-[4.5rem_1fr] border-t border-line py-2">
      <time dateTime={iso} title={`${iso} (UTC)`} className="text-muted">
        {iso.slice(11, 19)}
      </time>
      <div className="min-w-0">
        <Sentence kind={standing}>{sentence}</Sentence>
        <Detail entry={entry} />
      </div>
    </li>
  );
}

function Detail({ entry }: { entry: TimelineEntry }) {
  switch (entry.kind) {
    case 'event':
      return (
        <div className="pl-5.5">
          <Payload eventId={entry.id} label={<span className="font-mono">{entry.id}</span>} />
        </div>
      );
    case 'effect':
      return entry.attempts.length === 0 ? null : <Attempts attempts={entry.attempts} id={entry.id} />;
    case 'transition':
    case 'issue':
      return null;
    default:
      return entry satisfies never;
  }
}

function Attempts({ attempts, id }: { attempts: Attempt[]; id: string }) {
  return (
    <details className="pl-5.5 text-xs text-muted">
      <summary className="w-fit cursor-pointer rounded-sm hover:text-ink">
        {attempts.length === 1 ? '1 call' : `${attempts.length} calls`} · <span className="font-mono">{id}</span>
      </summary>
      <ol className="py-1">
        {attempts.map((attempt) => (
          <li key={attempt.startedAt.toISOString()} className="py-0.5">
            {describeAttempt(attempt)}
          </li>
        ))}
      </ol>
    </details>
  );
}

function describeAttempt({ startedAt, endedAt, purpose, outcome, status, reason, vendorRequestId }: Attempt): string {
  const took = endedAt === null ? null : `${endedAt.getTime() - startedAt.getTime()} ms`;
  const what = purpose === 'find' ? 'looked up' : 'sent';
  const came = outcome === null ? 'no answer yet' : outcome.replaceAll('_', ' ');
  const parts = [
    `${startedAt.toISOString().slice(11, 19)} ${what}: ${came}`,
    status === null ? null : `status ${status}`,
    took,
    reason,
    vendorRequestId === null ? null : `request ${vendorRequestId}`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
