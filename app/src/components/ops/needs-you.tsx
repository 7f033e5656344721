import type { Summary } from '@onpaid/engine';
import Link from 'next/link';
import { RelativeTime } from '@/components/ui/relative-time';
import { Status } from '@/components/ui/status';
import { needsIn } from './needs';

/** What only a person can settle, worst first; and when that is nothing, the one line that says so. */
export function NeedsYou({ summary, now }: { summary: Summary; now: Date }) {
  const needs = needsIn(summary, now);
  return (
    <section aria-labelledby="needs-you" className="border-b border-line pb-4">
      <h2 id="needs-you" className="sr-only">
        What needs you now
      </h2>
      {needs.length === 0 && (
        <Status plain kind="ok">
          Nothing needs you
        </Status>
      )}
      <ul className="flex flex-col gap-1">
        {needs.map((need) => (
          <li key={need.words}>
            <Link href={need.href} prefetch={false} className="rounded-sm underline-offset-4 hover:underline">
              <Status plain kind={need.kind} className="whitespace-normal">
                {need.words}
              </Status>
            </Link>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-muted">
        {summary.lastEventAt === null ? (
          'No event has arrived from Stripe yet.'
        ) : (
          <>
            Last event from Stripe: <RelativeTime at={summary.lastEventAt} />
          </>
        )}
      </p>
    </section>
  );
}
