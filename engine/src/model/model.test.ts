import fc from 'fast-check';
import { describe, test } from 'vitest';
import { lives } from './commands.ts';
import { fates } from './delivery.ts';
import { judgeAccess, judgeEffects, judgeObjects } from './judge.ts';
import { type Outcome, type Play, type PlayOptions, play, tell } from './play.ts';

const runs = Number(process.env.ONPAID_MODEL_RUNS ?? 10_000);
const seed = process.env.ONPAID_MODEL_SEED ? { seed: Number(process.env.ONPAID_MODEL_SEED) } : {};
const PAUSES = [0, 1, 30, 3_600];
const often = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  { maxLength: 8 },
);

async function hold(what: Play, options: PlayOptions, judge: (outcome: Outcome) => string[]): Promise<void> {
  const outcome = await play(what, options);
  const wrong = judge(outcome);
  if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${tell(what, outcome)}`);
}

describe('the model', () => {
  const life = lives({ maxLength: 8, pauses: PAUSES });
  test('whatever is late, doubled, twinned, tied or lost: after a reconcile all is as it is at Stripe', async () => {
    const plays = fc.record({ life, fates: fates({ drop: true, twin: true, old: true }), works: often, reads: often });
    await fc.assert(
      fc.asyncProperty(plays, fc.boolean(), (what, isCompressed) =>
        hold(what, { hasKey: true, isCompressed }, (outcome) => [
          ...judgeObjects(outcome.world, outcome.line.objects(), true),
          ...judgeAccess(outcome),
          ...judgeEffects(outcome, { isPrompt: false }),
          ...outcome.line.forgotten().map((row) => `${row.id} is forgotten`),
        ]),
      ),
      { numRuns: runs, ...seed },
    );
  }, 600_000);
});
