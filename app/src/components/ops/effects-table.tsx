import { describeEffectKind, type EffectGroup, type EffectView } from '@onpaid/engine';
import Link from 'next/link';
import { RelativeTime } from '@/components/ui/relative-time';
import { DataTable, StickyHead, TableBody, TableCell, TableHeading, TableRow } from './data-table';
import { EffectActions } from './effect-actions';
import { StateWord } from './state-word';
import { effectWords } from './words';

/** What this person may do, decided on the server by the page; the actions ask again. */
export interface May {
  retry: boolean;
  discard: boolean;
}

export function EffectsTable({ effects, group, may }: { effects: EffectView[]; group: EffectGroup; may: May }) {
  // Where a group is one state, the chip above has said it.
  const showState = group === 'waiting' || group === 'unknown';
  return (
    <DataTable label="Effects, newest first">
      <StickyHead>
        <tr>
          <TableHeading className="w-52 lg:w-[20%]">Effect</TableHeading>
          <TableHeading className="w-44">Customer</TableHeading>
          {showState && <TableHeading className="w-32">State</TableHeading>}
          <TableHeading className="w-20 text-right">Calls</TableHeading>
          <TableHeading className="w-32">{group === 'retrying' ? 'Next try' : 'When'}</TableHeading>
          <TableHeading>Why</TableHeading>
          <TableHeading className="w-44">
            <span className="sr-only">Actions</span>
          </TableHeading>
        </tr>
      </StickyHead>
      <TableBody>
        {effects.map((effect) => (
          <EffectRow key={effect.id} effect={effect} showState={showState} may={may} />
        ))}
      </TableBody>
    </DataTable>
  );
}

function EffectRow({ effect, showState, may }: { effect: EffectView; showState: boolean; may: May }) {
  const { id, kind, buyer, state, attempts, failure, reason, settledAt } = effect;
  const broke = failure && [failure.label, failure.reason].filter(Boolean).join(': ');
  // What has ended tells why it ended; what has not, what stands in its way.
  const why = settledAt === null ? (broke ?? reason) : (reason ?? broke);
  return (
    <TableRow>
      <TableCell title={id}>{describeEffectKind(kind)}</TableCell>
      <TableCell>
        {buyer === null ? (
          <span className="text-muted">–</span>
        ) : (
          <Link
            href={`/ops/customers/${encodeURIComponent(buyer.id)}`}
            prefetch={false}
            className="underline-offset-4 hover:underline"
          >
            <bdi>{buyer.name ?? buyer.email ?? buyer.id}</bdi>
          </Link>
        )}
      </TableCell>
      {showState && (
        <TableCell>
          <StateWord words={effectWords} state={state} />
        </TableCell>
      )}
      <TableCell className="text-right">{attempts}</TableCell>
      <TableCell className="text-muted">
        <RelativeTime at={whenOf(effect)} />
      </TableCell>
      <TableCell title={why ?? undefined}>{why}</TableCell>
      <TableCell className="text-right">
        <EffectActions id={id} state={state} name={describeEffectKind(kind)} may={may} />
      </TableCell>
    </TableRow>
  );
}

/** The moment that matters: the next try of what will be tried, the end of what has ended. */
function whenOf({ state, nextAt, settledAt, createdAt }: EffectView): Date {
  return (state === 'retry_wait' ? nextAt : settledAt) ?? createdAt;
}
