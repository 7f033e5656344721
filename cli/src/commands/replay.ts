import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { type Replayed, replayEvent, replayFile } from '@onpaid/engine';
import { openForReplay } from '../repair-context.ts';

/** One event again, or a file of them. Exits 1 when one is refused. */
export async function runReplay(
  env: Record<string, string | undefined>,
  source: string,
  options: { dryRun: boolean; json: boolean },
): Promise<void> {
  const text = existsSync(source) ? await readFile(source, 'utf8') : null;
  if (text === null && !/^(evt|invalid)_\w+$/.test(source)) {
    throw new Error(`"${source}" is neither a file nor the id of an event (evt_…).`);
  }
  const { context, close } = await openForReplay(env);
  try {
    const replayed =
      text === null ? [await replayEvent(context, source, options)] : await replayFile(context, text, options);
    if (options.json) console.log(JSON.stringify(replayed, null, 2));
    else for (const one of replayed) tell(one);
    if (replayed.some((one) => one.status === 'refused')) process.exitCode = 1;
  } finally {
    await close();
  }
}

const sources = { ours: 'as we kept it', stripe: 'as Stripe has it', file: 'from the file' };

function tell(replayed: Replayed): void {
  if (replayed.status === 'refused') {
    console.error(`  ${replayed.eventId} was not replayed: ${replayed.reason}.`);
    return;
  }
  const { eventId, type, source, isNew, disposition, outcome, changes, effects } = replayed;
  const isDry = replayed.status === 'previewed';
  console.log(`\n  ${styleText('bold', eventId)}  ${type}, ${sources[source]}, ${isNew ? 'new to us' : 'known'}`);
  if (disposition !== 'recorded') console.log(`  It is ${disposition}: nothing is to be projected.`);
  else console.log(`  ${isDry ? 'It would be' : 'It was'} ${outcome ?? 'recorded; a worker is projecting it'}.`);
  for (const { objectId, field, ours, stripe } of changes) {
    console.log(`  ${objectId} ${field}: ${ours ?? 'nothing'} ${styleText('dim', '→')} ${stripe ?? 'nothing'}`);
  }
  if (changes.length === 0) console.log(`  ${isDry ? 'No state would change.' : 'No state changed.'}`);
  for (const { id, state } of effects) console.log(`  ${isDry ? 'would plan' : 'planned'} ${id} (${state})`);
  if (effects.length === 0) console.log(`  ${isDry ? 'Nothing would be planned.' : 'Nothing was planned.'}`);
  if (isDry) console.log('  This was a dry run: nothing was changed.');
  console.log('');
}
