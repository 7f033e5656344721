import Link from 'next/link';
import { type BillingInterval, intervalsOf, offersAt } from '@/checkout/offers';
import { classNames } from '@/components/class-names';
import { PlanCards } from '@/components/plan-cards';
import { founder } from '@/server/founder';
import { pricesForPage } from '@/server/prices';

export const metadata = { title: 'Pricing', description: `Plans and prices of ${founder.brand.name}.` };

const intervalNames = { month: 'Monthly', year: 'Yearly', one_time: 'Once' } satisfies Record<BillingInterval, string>;

export default async function Pricing({ searchParams }: { searchParams: Promise<{ billing?: string | string[] }> }) {
  const asked = (await searchParams).billing;
  const intervals = intervalsOf(founder);
  const interval = intervals.find((known) => known === asked) ?? intervals[0] ?? 'month';
  const prices = await pricesForPage();
  return (
    <main className="mx-auto w-full max-w-5xl px-6 pt-12 pb-24">
      <h1 className="text-3xl font-semibold tracking-tight">Pricing</h1>
      <div className="mt-3 mb-10 flex flex-wrap items-center justify-between gap-4">
        <p className="text-lg text-muted">{founder.brand.tagline}</p>
        {intervals.length > 1 && <IntervalChoice intervals={intervals} chosen={interval} />}
      </div>
      <h2 className="sr-only">Plans</h2>
      <PlanCards offers={prices && offersAt(founder, interval, prices)} />
      <Questions />
    </main>
  );
}

/** Links, so that choosing works without JavaScript and each choice has an address. */
function IntervalChoice({ intervals, chosen }: { intervals: BillingInterval[]; chosen: BillingInterval }) {
  return (
    <nav aria-label="How often you pay" className="flex rounded-lg border border-line p-1 text-sm">
      {intervals.map((interval) => (
        <Link
          key={interval}
          href={`/pricing?billing=${interval}`}
          scroll={false}
          aria-current={interval === chosen ? 'true' : undefined}
          className={classNames(
            'rounded-md px-4 py-1.5 text-muted hover:text-ink',
            interval === chosen && 'bg-hover font-medium text-ink',
          )}
        >
          {intervalNames[interval]}
        </Link>
      ))}
    </nav>
  );
}

function Questions() {
  const { brand, policy } = founder;
  const questions = [
    {
      question: 'When can I start?',
      answer:
        'As soon as Stripe confirms your payment, usually within a minute. The page you come back to shows each step, and you may close it: a mail follows. Bank debits take some days to confirm.',
    },
    {
      question: 'What happens when a renewal fails?',
      answer:
        policy.graceDays > 0
          ? `You keep your access for ${policy.graceDays} days, and we write to you with a link to pay.`
          : 'Your access pauses until it is paid, and we write to you with a link to pay.',
    },
    {
      question: 'Who sees my card?',
      answer: 'Stripe does. You enter it on a page of theirs, and we are told the brand and the last four digits.',
    },
    { question: 'Whom do I ask?', answer: `A person at ${brand.supportEmail}.` },
  ];
  return (
    <section aria-labelledby="questions" className="mt-24 border-t border-line pt-12 lg:grid lg:grid-cols-[1fr_2fr]">
      <h2 id="questions" className="mb-6 text-xl font-semibold tracking-tight">
        Before you pay
      </h2>
      <dl className="flex max-w-reading flex-col gap-8">
        {questions.map(({ question, answer }) => (
          <div key={question}>
            <dt className="font-medium">{question}</dt>
            <dd className="mt-1 text-muted">{answer}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
