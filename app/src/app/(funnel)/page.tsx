import Link from 'next/link';
import { intervalsOf, offersAt } from '@/checkout/offers';
import { PlanCards } from '@/components/plan-cards';
import { Button } from '@/components/ui/button';
import { founder } from '@/server/founder';
import { pricesForPage } from '@/server/prices';

const afterPaying = [
  { title: 'Pick a plan and pay', detail: 'Stripe takes the payment. Your card number never reaches us.' },
  { title: 'Your account is set up', detail: 'As soon as Stripe confirms, usually in under a minute.' },
  { title: 'A mail with what comes next', detail: 'To the address you gave. There is no password to invent.' },
];

export default async function Landing() {
  const { brand } = founder;
  const prices = await pricesForPage();
  const interval = intervalsOf(founder)[0] ?? 'month';
  return (
    <main>
      <section className="mx-auto grid w-full max-w-5xl gap-x-16 gap-y-16 px-6 pt-16 pb-24 sm:pt-24 lg:grid-cols-[1fr_320px] lg:items-end">
        <div>
          <h1 className="max-w-xl text-3xl font-semibold tracking-tight sm:text-4xl sm:tracking-[-0.03em]">
            {brand.tagline}
          </h1>
          <p className="mt-6 max-w-xl text-lg text-muted">{brand.description}</p>
          <div className="mt-10 flex flex-wrap gap-3">
            <Button asChild size="lg">
              <Link href="/pricing">See plans</Link>
            </Button>
            <Button asChild size="lg" look="secondary">
              <Link href="/sign-in">Sign in</Link>
            </Button>
          </div>
        </div>
        <ol>
          {afterPaying.map(({ title, detail }, index) => (
            <li key={title} className="group relative pb-8 pl-11 last:pb-0">
              <span aria-hidden className="absolute top-0 bottom-0 left-3.5 border-l border-line group-last:hidden" />
              <span
                aria-hidden
                className="absolute top-0 left-0 grid size-7 place-items-center rounded-full border border-line bg-canvas text-xs font-semibold text-accent-text"
              >
                {index + 1}
              </span>
              <p className="font-medium">{title}</p>
              <p className="text-sm text-muted">{detail}</p>
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="plans" className="border-t border-line bg-surface">
        <div className="mx-auto w-full max-w-5xl px-6 py-20">
          <h2 id="plans" className="mb-8 text-2xl font-semibold tracking-tight">
            Plans
          </h2>
          <PlanCards offers={prices && offersAt(founder, interval, prices)} />
        </div>
      </section>
    </main>
  );
}
