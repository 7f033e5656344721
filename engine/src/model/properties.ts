import fc from 'fast-check';
import { lives } from './commands.ts';
import { fates } from './delivery.ts';
import { judgeAccess, judgeEffects, judgeObjects } from './judge.ts';
import { type Outcome, type Play, type PlayOptions, play, tell } from './play.ts';

/** What holds of every life, as properties that shrink to a list a person can read. */

const PAUSES = [0, 1, 30, 3_600];
const mostly = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  { maxLength: 8 },
);

interface Circumstances {
  maxLength?: number;
  fates: fc.Arbitrary<Play['fates']>;
  works?: fc.Arbitrary<boolean[]>;
  reads?: fc.Arbitrary<boolean[]>;
  pauses?: readonly number[];
  isCompressed?: fc.Arbitrary<boolean>;
}

/** Told in words when it fails; the values themselves would say less in more lines. */
function plays(how: Circumstances): fc.Arbitrary<Play> {
  const { maxLength = 8, works = mostly, reads = mostly, pauses = PAUSES, isCompressed = fc.boolean() } = how;
  return fc.record({ life: lives({ maxLength, pauses }), fates: how.fates, works, reads, isCompressed }).map((one) => ({
    ...one,
    [fc.toStringMethod]: () => 'a life, told below',
  }));
}

/** Parts may remember, so every play has its own. */
interface Replaced {
  partsOf?: () => NonNullable<PlayOptions['parts']>;
}

async function hold(what: Play, options: PlayOptions, judge: (outcome: Outcome) => string[]): Promise<void> {
  const outcome = await play(what, options);
  const wrong = judge(outcome);
  if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${tell(what, outcome)}`);
}

const forgotten = ({ line }: Outcome) =>
  line.forgotten().map((row) => `${row.id} is forgotten, though all is said to be done`);

export const anything = plays({ fates: fates({ drop: true, twin: true, old: true }) });

/** Every subset lost, everything else late, doubled, twinned and tied: what Stripe's lists show is put right in the end. */
const anythingGoes = ({ partsOf = () => ({}) }: Replaced = {}) =>
  fc.asyncProperty(anything, (what) =>
    hold(what, { hasKey: true, parts: partsOf() }, (outcome) => [
      ...forgotten(outcome),
      ...judgeObjects(outcome.world, outcome.line.objects(), true),
      ...judgeAccess(outcome),
      ...judgeEffects(outcome, { isPrompt: false }),
    ]),
  );

/** Told at once and read at once, nothing comes and goes unseen: all of it is said. */
const prompt = ({ partsOf = () => ({}) }: Replaced = {}) =>
  fc.asyncProperty(plays({ fates: fc.constant([]), works: fc.constant([]), reads: fc.constant([]) }), (what) =>
    hold(what, { hasKey: true, isPrompt: true, parts: partsOf() }, (outcome) => [
      ...forgotten(outcome),
      ...judgeObjects(outcome.world, outcome.line.objects(), true),
      ...judgeAccess(outcome),
      ...judgeEffects(outcome, { isPrompt: true }),
    ]),
  );

/** No key, so nothing but payloads; all of them come, in any order, and no two about one object in one second. */
const payloadsInAnyOrder = ({ partsOf = () => ({}) }: Replaced = {}) =>
  fc.asyncProperty(
    plays({
      fates: fates({ drop: false, twin: false, old: true }),
      pauses: [1, 30, 3_600],
      isCompressed: fc.constant(false),
    }),
    (what) =>
      hold(what, { hasKey: false, parts: partsOf() }, (outcome) => [
        ...forgotten(outcome),
        ...judgeObjects(outcome.world, outcome.line.objects(), false),
      ]),
  );

/** No key, and whole lives within a second: told in order, each event follows on what is held. */
const tiesInOrder = ({ partsOf = () => ({}) }: Replaced = {}) =>
  fc.asyncProperty(
    plays({ fates: fc.constant([]), pauses: [0, 0, 1], reads: fc.constant([]), isCompressed: fc.constant(true) }),
    (what) =>
      hold(what, { hasKey: false, parts: partsOf() }, (outcome) => [
        ...forgotten(outcome),
        ...judgeObjects(outcome.world, outcome.line.objects(), false),
      ]),
  );

export const properties = { anythingGoes, prompt, payloadsInAnyOrder, tiesInOrder };
