import { bodiesOf, type Fate, prompt } from './delivery.ts';
import { truthOf } from './truth.ts';
import type { Told, World } from './world.ts';

/** What came of what was told, as far as judging needs it. */
export interface Heard {
  /** Ids of objects of which at least one event came. */
  heardOf: ReadonlySet<string>;
  anyLost: boolean;
  /** How often access ended, as far as could be heard of, looked at in every round. */
  endings: number;
}

/** Carries the events of one world to us, each as its fate will have it; a round is a delivery. */
export function createPost(world: World, fates: Fate[]) {
  const heardOf = new Set<string>();
  let due: { round: number; place: number; told: Told; fate: Fate }[] = [];
  let round = 0;
  let handedOver = 0;
  let endings = 0;
  let hadAccess = false;

  function collect(): void {
    for (const told of world.told.slice(handedOver)) {
      const fate = fates[handedOver] ?? prompt;
      handedOver += 1;
      if (fate.dropped) continue;
      const first = round + fate.delay;
      for (const later of [0, ...fate.again]) due.push({ round: first + later, place: fate.place, told, fate });
    }
  }

  return {
    /** What arrives in this round, in the order in which it does. */
    deliver(): { body: Buffer; fate: Fate }[] {
      collect();
      const arrived = due.filter((it) => it.round <= round).sort((a, b) => a.round - b.round || a.place - b.place);
      due = due.filter((it) => it.round > round);
      round += 1;
      for (const { told } of arrived) heardOf.add(told.object.id);
      const { allow } = truthOf(world, world.second, heardOf);
      if (hadAccess && !allow) endings += 1;
      hadAccess = allow;
      return arrived.flatMap(({ told, fate }) => bodiesOf(world, told, fate).map((body) => ({ body, fate })));
    },
    isEmpty: () => due.length === 0 && handedOver === world.told.length,
    heard: (): Heard => ({
      heardOf,
      anyLost: fates.slice(0, world.told.length).some((it) => it.dropped),
      endings,
    }),
  };
}
