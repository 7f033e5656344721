import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { migrateWakeUps } from '../worker.ts';
import { openStage, type Stage } from './play-on-postgres.ts';
import { anything } from './properties.ts';

/** `npm run model` plays more, and ONPAID_MODEL_SEED plays the same ones again. */
const lives = Number(process.env.ONPAID_MODEL_POSTGRES_RUNS ?? 200);
/** The same lives every time, so that a change is judged by itself; `npm run model` plays others. */
const seed = Number(process.env.ONPAID_MODEL_SEED ?? 2026);
const TOGETHER = 60;
const TIMEOUT_MS = 3_600_000;

let database: TestDatabase;
let stage: Stage;
beforeAll(async () => {
  database = await testDatabase();
  await migrateWakeUps(database.pool);
  stage = await openStage(database);
});
afterAll(async () => {
  await stage?.close();
  await database?.close();
});

test('BS9: lives through PostgreSQL and two workers at once end in what Stripe says, and no invariant is broken', {
  timeout: TIMEOUT_MS,
}, async () => {
  let played = 0;
  const together = fc.array(anything, { minLength: 1, maxLength: TOGETHER, size: 'max' });
  // Not counted in arrays, whose lengths are random: enough of them that all lives are played.
  const check = fc.asyncProperty(together, async (plays) => {
    if (played >= lives) return;
    const wrong = await stage.playTogether(plays);
    if (wrong.length > 0) throw new Error(wrong.join('\n\n'));
    played += plays.length;
  });
  await fc.assert(check, { numRuns: lives, seed });
  expect(played).toBeGreaterThanOrEqual(lives);
});
