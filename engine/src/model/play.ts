import { createStripeReader } from '../billing/snapshot.ts';
import { aPlan, aPolicy } from '../testing/policies.ts';
import { BOUGHT_AT } from '../testing/stripe-objects.ts';
import { inWords, type Step } from './commands.ts';
import { type Fate, fateInWords, prompt } from './delivery.ts';
import { createLine, type Line, type Parts } from './line.ts';
import { createPost, type Heard } from './post.ts';
import { live, open, waitUntil } from './shop.ts';
import { callsTo } from './stripe-of-world.ts';
import { grantsOf } from './truth.ts';
import { createWorld, type World } from './world.ts';

export const policy = aPolicy({
  plans: ['starter', 'team', 'forever'].map((key) => aPlan(key, { grants: grantsOf[key] ?? [] })),
});
export const LIVE_SINCE = new Date((BOUGHT_AT - 86_400) * 1_000);

export interface Play {
  life: Step[];
  fates: Fate[];
  /** Whether the line gets to work, and to reading Stripe, after the n-th step; always, beyond the list. */
  works: boolean[];
  reads: boolean[];
  /** All that one step does happens within one second. */
  isCompressed: boolean;
}

export interface PlayOptions {
  hasKey: boolean;
  /** The line comes to rest after every step. */
  isPrompt?: boolean;
  parts?: Partial<Parts>;
}

export interface Outcome extends Heard {
  world: World;
  line: Line;
}

/** A life at Stripe, and beside it the line that hears of it; in the end everything has come, and all is compared. */
export async function play({ life, fates, works, reads, isCompressed }: Play, options: PlayOptions): Promise<Outcome> {
  const world = createWorld({ secondsApart: isCompressed ? 0 : 1 });
  const now = () => new Date(world.second * 1_000 + 300);
  const stripe = options.hasKey ? createStripeReader(callsTo(world), now) : null;
  const line = createLine({ now, policy, liveSince: LIVE_SINCE, stripe, parts: options.parts ?? {} });
  const post = createPost(world, fates);

  function deliver(): void {
    line.commitLate();
    for (const { body, fate } of post.deliver()) line.record(body, fate);
  }

  async function work(index: number): Promise<void> {
    deliver();
    if (options.isPrompt) return line.comeToRest();
    if (works[index] ?? true) line.converge();
    if (reads[index] ?? true) await line.verify();
  }

  /** While time passes, a line that works is at work whenever something is due. */
  async function passTime(index: number, until: number): Promise<void> {
    for (let moments = 0; moments < 50 && (works[index] ?? true); moments += 1) {
      const next = line.nextMoment();
      const second = Math.ceil((next?.getTime() ?? Number.POSITIVE_INFINITY) / 1_000);
      if (second <= world.second || second >= until) break;
      waitUntil(world, second);
      await work(index);
    }
  }

  open(world);
  for (const [index, step] of life.entries()) {
    if (step.do === 'wait') {
      const until = world.second + step.pause + step.days * 86_400;
      await passTime(index, until);
      waitUntil(world, until);
    } else {
      live(world, step);
    }
    await work(index);
  }
  while (!post.isEmpty()) {
    deliver();
    line.converge();
  }
  line.commitLate();
  await line.comeToRest();
  if (options.hasKey) {
    await line.reconcile(world.customerId);
    await line.comeToRest();
  }
  return { world, line, ...post.heard() };
}

/** The play as a person would tell it, for whoever has to mend what it shows. */
export function tell({ life, fates, works, reads }: Play, { world }: Pick<Outcome, 'world'>): string {
  const pauses = [
    ...works.flatMap((does, index) => (does || index >= life.length ? [] : `no work after step ${index + 1}`)),
    ...reads.flatMap((does, index) => (does || index >= life.length ? [] : `no read after step ${index + 1}`)),
  ];
  return [
    'The life:',
    ...life.map((step, index) => `  ${index + 1}. ${inWords(step)}`),
    'What Stripe told:',
    ...world.told.map((told, index) => {
      const fate = fateInWords(fates[index] ?? prompt);
      const second = told.created - BOUGHT_AT;
      return `  +${second} ${told.type} ${told.object.id} (${told.object.status ?? '-'}): ${fate}`;
    }),
    ...(pauses.length > 0 ? [`The line: ${pauses.join(', ')}`] : []),
  ].join('\n');
}
