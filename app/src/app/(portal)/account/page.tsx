import { accountsOf, explainAccess } from '@onpaid/engine';
import Link from 'next/link';
import { StandingStatus } from '@/components/standing-status';
import { Button } from '@/components/ui/button';
import { LocalDate } from '@/components/ui/local-time';
import { Money } from '@/components/ui/money';
import { ALREADY_SUBSCRIBED } from '@/portal/paths';
import { founder } from '@/server/founder';
import { requireSignIn } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Your account', robots: { index: false } };

export default async function Account({ searchParams }: { searchParams: Promise<{ already?: string | string[] }> }) {
  const { already } = await searchParams;
  const actor = await requireSignIn(already === undefined ? '/account' : ALREADY_SUBSCRIBED);
  const [account, ...others] = await accountsOf(services().db, actor.email);
  return (
    <main className="mx-auto w-full max-w-2xl px-6 pt-12 pb-24">
      <h1 className="text-2xl font-semibold tracking-tight">Your account</h1>
      {already !== undefined && account && (
        <p role="status" className="mt-4 rounded-md bg-waiting-soft px-4 py-3 text-sm text-waiting">
          You already have a plan, so no second one was started and nothing was charged.
        </p>
      )}
      {account ? <Plan account={account} /> : <NoPurchase email={actor.email} />}
      {others.length > 0 && (
        <p className="mt-8 text-sm text-muted">
          {others.length === 1 ? 'One more purchase was' : `${others.length} more purchases were`} made with this
          address. Write to {founder.brand.supportEmail} and we put them together.
        </p>
      )}
    </main>
  );
}

type CustomerAccount = Awaited<ReturnType<typeof accountsOf>>[number];

function Plan({ account }: { account: CustomerAccount }) {
  const { access, plan: key, price, renewsAt } = account;
  const plan = founder.plans.find((candidate) => candidate.key === key);
  return (
    <section aria-label="Your plan" className="mt-6 rounded-xl border border-line p-6 sm:p-8">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-xl font-semibold">{plan?.name ?? key ?? 'No plan'}</h2>
        <StandingStatus billing={account.billing} />
      </div>
      <p className="mt-3">{explainAccess(access, { plans: founder.plans })}</p>
      <dl className="mt-6 grid gap-x-8 gap-y-4 border-t border-line pt-6 sm:grid-cols-2">
        {price && renewsAt && account.billing !== 'canceling' && (
          <div>
            <dt className="text-sm text-muted">Next payment</dt>
            <dd>
              <Money {...price} /> on <LocalDate at={renewsAt.toISOString()} />
            </dd>
          </div>
        )}
        <div>
          <dt className="text-sm text-muted">Signed in with</dt>
          <dd className="break-all">{account.email}</dd>
        </div>
      </dl>
      {!access.allow && <WhatToDo billing={account.billing} />}
    </section>
  );
}

function WhatToDo({ billing }: { billing: string }) {
  if (billing === 'processing' || billing === 'pending_payment') return null;
  return (
    <div className="mt-6 flex flex-wrap items-center gap-4 border-t border-line pt-6">
      {(billing === 'canceled' || billing === 'failed' || billing === 'refunded') && (
        <Button asChild>
          <Link href="/pricing">Choose a plan</Link>
        </Button>
      )}
      <p className="text-sm text-muted">
        Is this not right? Write to{' '}
        <a className="text-ink underline underline-offset-4" href={`mailto:${founder.brand.supportEmail}`}>
          {founder.brand.supportEmail}
        </a>
        .
      </p>
    </div>
  );
}

function NoPurchase({ email }: { email: string }) {
  return (
    <section
      aria-label="Your plan"
      className="mt-6 flex flex-col items-start gap-4 rounded-xl border border-line p-6 sm:p-8"
    >
      <p>
        No purchase with <strong className="font-medium break-all">{email}</strong> is known here. If you just paid, it
        shows here within a minute; if you paid with another address, sign out and sign in with that one.
      </p>
      <Button asChild look="secondary">
        <Link href="/pricing">See plans</Link>
      </Button>
    </section>
  );
}
