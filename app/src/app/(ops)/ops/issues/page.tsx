import { type IssueView, listIssues } from '@onpaid/engine';
import Link from 'next/link';
import { Chips } from '@/components/ops/chips';
import { DataTable, StickyHead, TableBody, TableCell, TableHeading, TableRow } from '@/components/ops/data-table';
import { countText } from '@/components/ops/needs';
import { PageTitle } from '@/components/ops/page-title';
import { oneOf, readQuery, type SearchParams } from '@/components/ops/query';
import { StateWord } from '@/components/ops/state-word';
import type { Word } from '@/components/ops/words';
import { EmptyState } from '@/components/ui/empty-state';
import { RelativeTime } from '@/components/ui/relative-time';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Issues' };

const issueWords: Record<string, Word> = {
  open: { kind: 'broken', word: 'Open' },
  acknowledged: { kind: 'attention', word: 'Seen' },
  muted: { kind: 'off', word: 'Muted' },
  resolved: { kind: 'ok', word: 'Resolved' },
};

export default async function IssuesPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission('operations.view');
  const query = await readQuery(searchParams);
  const resolved = oneOf(['resolved'], query.show) === 'resolved';
  const issues = await listIssues(services().db, { resolved });
  return (
    <>
      <PageTitle title="Issues" />
      <p className="text-muted">One for each cause, however many effects and customers it touches.</p>
      <div className="py-3">
        <Chips
          exclusive
          label="Which issues"
          chips={[
            { word: 'Unresolved', active: !resolved, href: '/ops/issues' },
            { word: 'Resolved', active: resolved, href: '/ops/issues?show=resolved' },
          ]}
        />
      </div>
      {issues.length > 0 ? <IssuesTable issues={issues} /> : <NoIssues resolved={resolved} />}
    </>
  );
}

function IssuesTable({ issues }: { issues: IssueView[] }) {
  return (
    <DataTable label="Issues, last seen first">
      <StickyHead>
        <tr>
          <TableHeading className="w-72 lg:w-auto">Issue</TableHeading>
          <TableHeading className="w-28">State</TableHeading>
          <TableHeading className="w-24 text-right">Times</TableHeading>
          <TableHeading className="w-32 text-right">Effects held up</TableHeading>
          <TableHeading className="w-32">Opened</TableHeading>
          <TableHeading className="w-32">Last seen</TableHeading>
        </tr>
      </StickyHead>
      <TableBody>
        {issues.map((issue) => (
          <TableRow key={issue.id}>
            <TableCell className="py-2 font-medium whitespace-normal!">{issue.title}</TableCell>
            <TableCell>
              <StateWord words={issueWords} state={issue.state} />
            </TableCell>
            <TableCell className="text-right">{issue.occurrences.toLocaleString('en')}</TableCell>
            <TableCell className="text-right">
              <HeldUp issue={issue} />
            </TableCell>
            <TableCell className="text-muted">
              <RelativeTime at={issue.openedAt} />
            </TableCell>
            <TableCell className="text-muted">
              <RelativeTime at={issue.lastSeenAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </DataTable>
  );
}

function HeldUp({ issue }: { issue: IssueView }) {
  if (issue.openEffects === 0 || issue.slot === null) return countText(issue.openEffects);
  return (
    <Link href={`/ops/effects?slot=${issue.slot}`} className="underline underline-offset-4">
      {countText(issue.openEffects)}
    </Link>
  );
}

function NoIssues({ resolved }: { resolved: boolean }) {
  if (resolved)
    return <EmptyState title="No issue has been resolved yet">Resolved issues stay here to be read.</EmptyState>;
  return (
    <EmptyState title="No open issues">
      An issue opens when a connection fails three times, waits on a limit for ten minutes, or refuses us; it closes by
      itself when what it held up goes through.
    </EmptyState>
  );
}
