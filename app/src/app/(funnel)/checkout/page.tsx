import Link from 'next/link';
import { redirect } from 'next/navigation';
import { findOffer } from '@/checkout/offers';
import { intervalWords } from '@/components/plan-cards';
import { Money } from '@/components/ui/money';
import { founder } from '@/server/founder';
import { currentActor } from '@/server/guards';
import { pricesForPage } from '@/server/prices';
import { CheckoutForm } from './checkout-form';

export const metadata = { title: 'Your order', robots: { index: false } };

export default async function Checkout({ searchParams }: { searchParams: Promise<{ price?: string | string[] }> }) {
  const asked = (await searchParams).price;
  const prices = await pricesForPage();
  const offer = typeof asked === 'string' ? findOffer(founder, asked, prices ?? new Map()) : null;
  // Also when Stripe cannot be read: the pricing page says so.
  if (!offer?.price) redirect('/pricing');
  const { plan, price, lookupKey } = offer;
  const actor = await currentActor();
  return (
    <main className="mx-auto w-full max-w-md px-6 pt-12 pb-24">
      <h1 className="text-2xl font-semibold tracking-tight">Your order</h1>
      <div className="mt-6 mb-8 flex items-baseline justify-between gap-4 border-y border-line py-4">
        <div>
          <p className="font-medium">
            {founder.brand.name} {plan.name}
          </p>
          <Link href="/pricing" className="text-sm text-muted underline underline-offset-4 hover:text-ink">
            Choose another plan
          </Link>
        </div>
        <p className="text-right">
          <Money amountCents={price.amountCents} currency={price.currency} className="text-xl font-semibold" />
          <span className="block text-sm text-muted">{intervalWords(price)}</span>
        </p>
      </div>
      <CheckoutForm lookupKey={lookupKey} email={actor?.email ?? ''} />
    </main>
  );
}
