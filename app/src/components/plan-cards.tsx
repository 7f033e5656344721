import type { PriceOnOffer } from '@onpaid/engine';
import { Check } from 'lucide-react';
import Link from 'next/link';
import type { Offer } from '@/checkout/offers';
import { classNames } from './class-names';
import { Button } from './ui/button';
import { Money } from './ui/money';

/** The plans side by side. `offers` is null when Stripe cannot be read: then nothing is sold, and it says so. */
export function PlanCards({ offers }: { offers: Offer[] | null }) {
  if (offers === null) return <PricesUnavailable />;
  return (
    <ul
      className={classNames('grid gap-6', offers.length > 1 && 'md:grid-cols-2', offers.length > 2 && 'lg:grid-cols-3')}
    >
      {offers.map((offer) => (
        <PlanCard key={offer.lookupKey} offer={offer} />
      ))}
    </ul>
  );
}

function PlanCard({ offer: { plan, price, lookupKey } }: { offer: Offer }) {
  return (
    <li
      className={classNames(
        'flex flex-col rounded-xl border border-line bg-canvas p-6 sm:p-8',
        plan.recommended && 'border-accent ring-1 ring-accent',
      )}
    >
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="text-lg font-semibold">{plan.name}</h3>
        {plan.recommended && <span className="text-sm font-medium text-accent-text">Recommended</span>}
      </div>
      <p className="mt-1 text-muted">{plan.description}</p>
      <p className="mt-6 flex min-h-11 items-baseline gap-2">
        {price ? (
          <>
            <Money
              amountCents={price.amountCents}
              currency={price.currency}
              className="text-3xl font-semibold tracking-tight"
            />
            <span className="text-sm text-muted">{intervalWords(price)}</span>
          </>
        ) : (
          <span className="text-muted">Not for sale at the moment</span>
        )}
      </p>
      <ul className="mt-6 mb-8 flex flex-col gap-2">
        {plan.points.map((point) => (
          <li key={point} className="flex gap-3">
            <Check aria-hidden className="mt-1 size-4.5 shrink-0 text-accent-text" />
            {point}
          </li>
        ))}
      </ul>
      {price && (
        <Button asChild size="lg" look={plan.recommended ? 'primary' : 'secondary'} className="mt-auto">
          <Link href={`/checkout?${new URLSearchParams({ price: lookupKey })}`} prefetch={false}>
            Choose {plan.name}
          </Link>
        </Button>
      )}
    </li>
  );
}

function PricesUnavailable() {
  return (
    <div role="status" className="rounded-xl border border-line p-8">
      <p className="font-medium">Prices cannot be shown right now</p>
      <p className="mt-1 max-w-reading text-muted">
        We read them from Stripe, and Stripe does not answer. Rather than show a price that may be wrong, we wait. Load
        this page again in a minute.
      </p>
    </div>
  );
}

/** "a month", "every 3 months", "once". */
export function intervalWords({ interval, intervalCount }: Pick<PriceOnOffer, 'interval' | 'intervalCount'>): string {
  if (interval === null) return 'once';
  return intervalCount === null || intervalCount === 1 ? `a ${interval}` : `every ${intervalCount} ${interval}s`;
}
