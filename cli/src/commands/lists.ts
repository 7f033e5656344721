import { type EffectGroup, effectGroups, listEffects, listEvents } from '@onpaid/engine';
import { openInstallation } from '../installation.ts';

type Variables = Record<string, string | undefined>;

/** The ledger's newest effects, of one group or of all. */
export async function runEffectsList(
  env: Variables,
  options: { group?: string; limit: number; json: boolean },
): Promise<void> {
  const groups =
    options.group === undefined ? (Object.keys(effectGroups) as EffectGroup[]) : [groupNamed(options.group)];
  const { db, close } = await openInstallation(env);
  try {
    const pages = await Promise.all(groups.map((group) => listEffects(db, { group, limit: options.limit })));
    const effects = pages
      .flatMap((page) => page.items)
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
      .slice(0, options.limit);
    if (options.json) console.log(JSON.stringify(effects, null, 2));
    else
      table(
        effects.map((effect) => [
          effect.state,
          effect.id,
          `${effect.attempts} attempts`,
          effect.failure?.reason ?? effect.reason ?? '',
        ]),
      );
  } finally {
    await close();
  }
}

/** The newest events, as we received them. */
export async function runEventsList(env: Variables, options: { limit: number; json: boolean }): Promise<void> {
  const { db, close } = await openInstallation(env);
  try {
    const { items } = await listEvents(db, { limit: options.limit });
    if (options.json) console.log(JSON.stringify(items, null, 2));
    else
      table(
        items.map((event) => [
          event.receivedAt.toISOString(),
          event.type,
          event.outcome ?? event.disposition,
          event.id,
        ]),
      );
  } finally {
    await close();
  }
}

function groupNamed(name: string): EffectGroup {
  if (name in effectGroups) return name as EffectGroup;
  throw new Error(`There is no group "${name}". The groups are ${Object.keys(effectGroups).join(', ')}.`);
}

function table(rows: string[][]): void {
  if (rows.length === 0) console.log('There is nothing yet.');
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
