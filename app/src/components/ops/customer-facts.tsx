import { type CustomerView, describeEffectKind, type Mode, type Plan, type RemoteRecord } from '@onpaid/engine';
import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { CopyableId } from '@/components/ui/copyable-id';
import { Money } from '@/components/ui/money';
import { RelativeTime } from '@/components/ui/relative-time';
import { StateWord } from './state-word';
import { billingWords, onboardingWords, slotNames, syncWords } from './words';

/** Everything about one customer that is not a story: the three axes, the figures, and what they are called elsewhere. */
export function CustomerFacts(props: { customer: CustomerView; records: RemoteRecord[]; plans: Plan[]; mode: Mode }) {
  const { customer, records, plans, mode } = props;
  const plan = plans.find(({ key }) => key === customer.plan)?.name ?? customer.plan;
  return (
    <dl className="grid grid-cols-[7rem_1fr] gap-x-4 gap-y-2 self-start">
      <Fact name="Paid">
        <StateWord words={billingWords} state={customer.billing} />
      </Fact>
      <Fact name="Onboarding">
        <StateWord words={onboardingWords} state={customer.onboarding} />
      </Fact>
      {Object.entries(customer.sync).map(([slot, state]) => (
        <Fact key={slot} name={slotNames[slot] ?? slot}>
          <StateWord words={syncWords} state={state} />
        </Fact>
      ))}
      <Rule />
      {plan && <Fact name="Plan">{plan}</Fact>}
      {customer.price && (
        <Fact name="Amount">
          <Money {...customer.price} />
        </Fact>
      )}
      {customer.renewsAt && (
        <Fact name="Renews">
          <RelativeTime at={customer.renewsAt} />
        </Fact>
      )}
      {customer.firstPaidAt && (
        <Fact name="First paid">
          <RelativeTime at={customer.firstPaidAt} />
        </Fact>
      )}
      <Fact name="Known since">
        <RelativeTime at={customer.createdAt} />
      </Fact>
      <Rule />
      <Fact name="Customer">
        <CopyableId id={customer.id} length={20} />
      </Fact>
      {customer.stripeCustomerId && (
        <Fact name="Stripe">
          <CopyableId id={customer.stripeCustomerId} length={20} />
          <StripeLink mode={mode} id={customer.stripeCustomerId} />
        </Fact>
      )}
      {records.map((record) => (
        <Fact key={`${record.kind} ${record.remoteId}`} name={slotNames[record.slot] ?? record.slot}>
          <span title={describeEffectKind(record.kind)}>
            <CopyableId id={record.remoteId} length={20} />
          </span>
        </Fact>
      ))}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="flex min-w-0 items-center gap-2">{children}</dd>
    </>
  );
}

function Rule() {
  return <div className="col-span-2 my-1 border-t border-line" />;
}

/** The stand-in of the sandbox has no pages of this kind. */
function StripeLink({ mode, id }: { mode: Mode; id: string }) {
  if (mode === 'sandbox') return null;
  return (
    <a
      href={`https://dashboard.stripe.com/${mode === 'test' ? 'test/' : ''}customers/${id}`}
      target="_blank"
      rel="noreferrer"
      className="rounded-sm text-muted hover:text-ink"
    >
      <ExternalLink aria-hidden className="size-3.5" />
      <span className="sr-only">Open in Stripe, in a new tab</span>
    </a>
  );
}
