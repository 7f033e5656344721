import type { Summary } from '@onpaid/engine';
import Link from 'next/link';
import { RelativeTime } from '@/components/ui/relative-time';
import { needsIn } from './needs';
import { Sentence } from './sentence';

/** What only a person can settle, worst first; and when that is nothing, the one line that says so. */
export function NeedsYou({ summary, now }: { summary: Summary; now: Date }) {
  const needs = needsIn(summary, now);
  return (
    <section aria-labelledby="needs-you" className="border-b border-line pt-2 pb-4">
      <h2 id="needs-you" className="sr-only">
        What needs you now
      </h2>
      {needs.length === 0 && <Sentence kind="ok">Nothing needs you.</Sentence>}
      <ul className="flex flex-col gap-1">
        {needs.map((need) => (
          <li key={need.words}>
            <Link href={need.href} prefetch={false} className="rounded-sm underline-offset-4 hover:underline">
              <Sentence kind={need.kind}>{need.words}</Sentence>
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
