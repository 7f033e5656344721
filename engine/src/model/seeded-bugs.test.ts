import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProjectableEvent } from '../billing/event-types.ts';
import type { Projection } from '../billing/project.ts';
import type { BillingState, Held } from '../billing/state.ts';
import type { Parts } from './line.ts';
import { properties } from './properties.ts';

/** Five mistakes that others have made. The model is worth its time only if it finds each of them. */

type Project = (state: BillingState, event: ProjectableEvent) => Projection;
const seeded = vi.hoisted(() => ({ project: null as null | ((real: Project) => Project) }));
vi.mock('../billing/project.ts', async (original) => {
  const real = await original<typeof import('../billing/project.ts')>();
  const project: Project = (state, event) => (seeded.project?.(real.project) ?? real.project)(state, event);
  return { ...real, project };
});
afterEach(() => {
  seeded.project = null;
});

const put = (state: BillingState, held: Held): BillingState => ({
  ...state,
  objects: { ...state.objects, [held.value.id]: held },
});

const bugs: {
  name: string;
  found: keyof typeof properties;
  project?: (real: Project) => Project;
  parts?: () => Partial<Parts>;
}[] = [
  {
    name: 'a late commit is skipped, by a drain that reads on from the last sequence number',
    found: 'payloadsInAnyOrder',
    parts: () => {
      const read = new Map<string, number>();
      return {
        readUnprojected: (rows, subjectId) => {
          const after = read.get(subjectId) ?? -1;
          const found = rows.filter((row) => row.subjectId === subjectId && row.isCommitted && row.seq > after);
          read.set(subjectId, Math.max(after, ...found.map((row) => row.seq)));
          return found.filter((row) => !row.isProjected);
        },
      };
    },
  },
  {
    name: 'a tie is dropped, by a strict comparison of whole seconds',
    found: 'tiesInOrder',
    project: (real) => (state, event) => {
      const second = state.objects[event.object.id]?.stamp.occurredAt.getTime();
      return second === event.stamp.occurredAt.getTime() ? { state, outcome: 'stale' } : real(state, event);
    },
  },
  {
    name: 'a stale item comes back, by children that are written whatever becomes of their parent',
    found: 'payloadsInAnyOrder',
    project: (real) => (state, event) => {
      const projection = real(state, event);
      const held = projection.state.objects[event.object.id];
      if (held?.value.kind !== 'subscription' || event.object.kind !== 'subscription') return projection;
      const value = { ...held.value, items: event.object.items };
      return { ...projection, state: put(projection.state, { ...held, value }) };
    },
  },
  {
    name: 'a tombstone is revived, by a deletion that deletes the row',
    found: 'payloadsInAnyOrder',
    project: (real) => (state, event) => {
      const { [event.object.id]: held, ...others } = state.objects;
      return real(held?.deleted ? { ...state, objects: others } : state, event);
    },
  },
  {
    name: 'a held effect is lost, by a read that forgets to release it',
    found: 'anythingGoes',
    parts: () => ({ release: () => {} }),
  },
];

const RUNS = 1_000;

test.each(bugs)('the model finds that $name', { timeout: 120_000 }, async ({ found, project, parts }) => {
  seeded.project = project ?? null;
  const options = parts ? { partsOf: parts } : {};
  const outcome = await fc.check(properties[found](options), { numRuns: RUNS, seed: 2026 });
  expect(outcome.failed).toBe(true);
  const told = outcome.errorInstance instanceof Error ? outcome.errorInstance.message : '';
  console.log(`Found after ${outcome.numRuns} runs, shrunk ${outcome.numShrinks} times:\n${told}`);
  // A list that a person can read: a few steps, and what is wrong in the first line.
  expect(told).toContain('The life:');
  expect(told.match(/^ {2}\d+\. /gm)?.length ?? 0).toBeLessThanOrEqual(4);

  seeded.project = null;
  const without = await fc.check(properties[found](), { numRuns: outcome.numRuns, seed: 2026 });
  expect(without.failed).toBe(false);
});
