import type { CustomerView } from '@onpaid/engine';
import Link from 'next/link';
import { Money } from '@/components/ui/money';
import { RelativeTime } from '@/components/ui/relative-time';
import { DataTable, rowLink, StickyHead, TableBody, TableCell, TableHeading, TableRow } from './data-table';
import { StateWord } from './state-word';
import { billingWords, onboardingWords, syncWords } from './words';

export function CustomersTable({ customers }: { customers: CustomerView[] }) {
  return (
    <DataTable label="Customers, newest first">
      <StickyHead>
        <tr>
          <TableHeading className="w-40 lg:w-[21%]">Customer</TableHeading>
          <TableHeading className="w-36 xl:w-[9.5rem]">Paid</TableHeading>
          <TableHeading className="w-28 text-right lg:max-2xl:hidden">Amount</TableHeading>
          <TableHeading className="w-32 lg:w-30">Onboarding</TableHeading>
          <TableHeading className="w-28">CRM</TableHeading>
          <TableHeading className="w-28">Support</TableHeading>
          <TableHeading className="w-32 lg:w-30">Last event</TableHeading>
          <TableHeading>Failure</TableHeading>
        </tr>
      </StickyHead>
      <TableBody>
        {customers.map((customer) => (
          <CustomerRow key={customer.id} customer={customer} />
        ))}
      </TableBody>
    </DataTable>
  );
}

function CustomerRow({ customer }: { customer: CustomerView }) {
  const { id, name, email, billing, price, onboarding, sync, lastEvent, failure } = customer;
  return (
    <TableRow className="relative">
      <TableCell title={[name, email].filter(Boolean).join(' · ')}>
        <Link href={`/ops/customers/${encodeURIComponent(id)}`} prefetch={false} className={rowLink}>
          <bdi>{name ?? email ?? id}</bdi>
        </Link>
        {name !== null && email !== null && <span className="ml-2 text-muted max-lg:hidden">{email}</span>}
      </TableCell>
      <TableCell>
        <StateWord words={billingWords} state={billing} />
      </TableCell>
      <TableCell className="text-right lg:max-2xl:hidden">
        {price === null ? <span className="text-muted">–</span> : <Money {...price} />}
      </TableCell>
      <TableCell>
        <StateWord words={onboardingWords} state={onboarding} />
      </TableCell>
      <TableCell>
        <StateWord words={syncWords} state={sync.crm} />
      </TableCell>
      <TableCell>
        <StateWord words={syncWords} state={sync.helpdesk} />
      </TableCell>
      <TableCell className="text-muted">
        {lastEvent === null ? '–' : <RelativeTime at={lastEvent.at} className="relative z-1" />}
      </TableCell>
      <TableCell className="text-broken" title={failure ?? undefined}>
        <span className="relative z-1">{failure}</span>
      </TableCell>
    </TableRow>
  );
}
