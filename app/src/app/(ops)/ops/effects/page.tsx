import { can } from '@onpaid/accounts';
import { type EffectGroup, effectGroups, getSummary, listEffects, type Summary } from '@onpaid/engine';
import { Chips } from '@/components/ops/chips';
import { EffectsTable } from '@/components/ops/effects-table';
import { countText } from '@/components/ops/needs';
import { PageTitle } from '@/components/ops/page-title';
import { Pager } from '@/components/ops/pager';
import { hrefWith, oneOf, readQuery, type SearchParams } from '@/components/ops/query';
import { slotNames } from '@/components/ops/words';
import { EmptyState } from '@/components/ui/empty-state';
import { requirePermission } from '@/server/guards';
import { services } from '@/server/services';

export const metadata = { title: 'Effects' };

const groups = {
  unknown: {
    word: 'Unknown',
    empty: 'An effect comes here when its answer was lost and nobody but you can find out whether it arrived.',
  },
  dead: { word: 'Failed', empty: 'An effect comes here when a vendor refuses it for good.' },
  retrying: { word: 'Retrying', empty: 'An effect comes here after a failure that may pass, until the next try.' },
  waiting: { word: 'Waiting', empty: 'An effect is here from being planned until it is sent: usually under a second.' },
  sent: { word: 'Sent', empty: 'What a vendor has confirmed comes here.' },
  suppressed: {
    word: 'Not sent',
    empty: 'What was planned and is not worth saying any more comes here, with the reason.',
  },
} as const satisfies Record<EffectGroup, { word: string; empty: string }>;
const groupNames = Object.keys(effectGroups) as EffectGroup[];
const slots = ['app', 'crm', 'email', 'helpdesk', 'chat'] as const;

export default async function EffectsPage({ searchParams }: { searchParams: SearchParams }) {
  const actor = await requirePermission('operations.view');
  const query = await readQuery(searchParams);
  const { db } = services();
  const summary = await getSummary(db, new Date());
  const group = oneOf(groupNames, query.show) ?? firstToLookAt(summary);
  const slot = oneOf(slots, query.slot);
  const page = await listEffects(db, { group, cursor: query.cursor ?? null, ...(slot ? { slot } : {}) });
  const here = { show: group, slot };
  return (
    <>
      <PageTitle title="Effects" />
      <p className="text-muted">What we do at your vendors when something changes.</p>
      <div className="flex flex-col gap-1 py-3">
        <Chips
          exclusive
          label="Which state"
          chips={groupNames.map((name) => ({
            word: groups[name].word,
            active: name === group,
            count: isDone(name) ? undefined : countOrNothing(summary.effects[name]),
            href: hrefWith('/ops/effects', here, { show: name }),
          }))}
        />
        <Chips
          label="Which connection"
          chips={slots.map((name) => ({
            word: slotNames[name] ?? name,
            active: name === slot,
            href: hrefWith('/ops/effects', here, { slot: name === slot ? null : name }),
          }))}
        />
      </div>
      {page.items.length > 0 ? (
        <>
          <EffectsTable
            effects={page.items}
            group={group}
            may={{ retry: can(actor, 'effect.retry'), discard: can(actor, 'effect.discard') }}
          />
          <Pager path="/ops/effects" query={here} page={page} />
        </>
      ) : (
        <EmptyState title={slot ? `Nothing here for ${slotNames[slot]}` : 'Nothing here'}>
          {groups[group].empty}
        </EmptyState>
      )}
    </>
  );
}

function firstToLookAt({ effects }: Summary): EffectGroup {
  return groupNames.find((name) => !isDone(name) && effects[name] > 0) ?? 'sent';
}

function isDone(group: EffectGroup): group is 'sent' | 'suppressed' {
  return group === 'sent' || group === 'suppressed';
}

function countOrNothing(count: number): string | undefined {
  return count === 0 ? undefined : countText(count);
}
