import fc from 'fast-check';
import { test } from 'vitest';
import { properties } from './properties.ts';

/** Together ten thousand lives. */
const runs = Number(process.env.ONPAID_MODEL_RUNS ?? 10_000);
/** The same lives every time, so that a change is judged by itself; `npm run model` plays others. */
const seed = Number(process.env.ONPAID_MODEL_SEED ?? 2026);
const TIMEOUT_MS = 3_600_000;

const promises: [title: string, property: keyof typeof properties, share: number][] = [
  ['BS1: payloads alone, in any order and with any repeats, end in what Stripe says', 'payloadsInAnyOrder', 0.2],
  ['BS3: lives within a second, told in order, end in what Stripe says', 'tiesInOrder', 0.2],
  ['EF1: what is told and read at once is said, all of it, and nothing else, and once', 'prompt', 0.25],
  [
    'BS2: late, doubled, twinned, tied or lost: a look at Stripe puts right what is believed and said',
    'anythingGoes',
    0.35,
  ],
];

test.each(promises)('%s', { timeout: TIMEOUT_MS }, async (_, property, share) => {
  await fc.assert(properties[property](), { numRuns: Math.ceil(runs * share), seed });
});
