import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readJsonLines } from '../http/json-lines.ts';
import { eventTypes } from './event-types.ts';
import { stateFromLines } from './state.ts';
import { collectShapes } from './testing/collect-shapes.ts';
import { problemsOf, type Seen } from './testing/compile-shapes.ts';
import { goThroughEverything, watchedClient } from './testing/journey.ts';
import { openShop } from './testing/shop.ts';

// What the stand-in keeps for itself.
const notOfStripe = [
  'checkoutPlans',
  'deliveries',
  'endpointSecrets',
  'restrictedKeys',
  'retiringSecrets',
  'savedAnswers',
  'settings',
  'settlements',
  'told',
];

/** One of each shape that is in the state, or was answered, after everything there is was gone through. */
async function everyShape() {
  const dataDir = await mkdtemp(join(tmpdir(), 'stripe-stand-in-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const shop = await openShop({ dataDir });
  const seen = new Map<string, Seen>();
  const stripe = watchedClient(shop, (body, where) => collectShapes(body, where, seen));
  await goThroughEverything(stripe, shop);
  await shop.standIn.close();
  const state = stateFromLines(readJsonLines(join(dataDir, 'stripe.json')));
  const tables = Object.entries<ReadonlyMap<string, unknown>>(state);
  for (const [table, rows] of tables) {
    if (table !== 'savedAnswers') for (const row of rows.values()) collectShapes(row, table, seen);
  }
  const empty = tables.flatMap(([table, rows]) => (rows.size === 0 && !notOfStripe.includes(table) ? [table] : []));
  return { shapes: [...seen.values()], empty };
}

it('every object the stand-in keeps or answers has the shape the official SDK declares', async () => {
  const { shapes, empty } = await everyShape();
  expect(empty, 'tables that the journey does not reach').toEqual([]);
  const happened = new Set(shapes.map(({ object }) => object.type));
  const unheard = [...(await emittedTypes())].filter((type) => !happened.has(type));
  expect(unheard, 'events that the journey does not cause').toEqual([]);
  expect(await problemsOf(shapes)).toEqual([]);
}, 240_000);

/** The event types that the code of the stand-in names: it emits no others. */
async function emittedTypes(): Promise<Set<string>> {
  const types = new Set<string>();
  for await (const file of glob('**/*.ts', { cwd: import.meta.dirname })) {
    if (file.endsWith('.test.ts') || file.startsWith('testing/')) continue;
    const code = await readFile(join(import.meta.dirname, file), 'utf8');
    for (const [, word = ''] of code.matchAll(/'([a-z_.]+)'/g)) if (eventTypes.has(word)) types.add(word);
  }
  return types;
}

it('a missing field, a wrong kind, an unknown value and an unknown field are each noticed', async () => {
  const { shapes } = await everyShape();
  const one = (name: string) => structuredClone(shapes.find(({ object }) => object.object === name)!.object);
  const invoice = one('invoice');
  const subscription = one('subscription');
  const { status, ...statusless } = invoice;
  const [item] = (subscription.items as { data: Record<string, unknown>[] }).data;
  const paid = structuredClone(shapes.find(({ object }) => object.type === 'invoice.paid')!.object);
  Reflect.deleteProperty((paid.data as { object: object }).object, 'currency');
  const problems = await problemsOf([
    { object: invoice, where: 'as it is' },
    { object: statusless, where: 'without its status' },
    { object: { ...invoice, amount_due: '2900' }, where: 'with a text for an amount' },
    { object: { ...invoice, status: 'settled' }, where: 'with a status nobody knows' },
    { object: { ...invoice, settled: true }, where: 'with a field nobody knows' },
    {
      object: { ...subscription, items: { ...(subscription.items as object), data: [{ ...item, created: null }] } },
      where: 'with an item of no time',
    },
    { object: paid, where: 'an event without a currency' },
    { object: { ...one('error'), type: 'grave_error' }, where: 'an error of a type nobody knows' },
  ]);
  expect(status).toBeTypeOf('string');
  expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
    'without its status',
    'with a text for an amount',
    'with a status nobody knows',
    'with a field nobody knows',
    'with an item of no time',
    'an event without a currency',
    'an error of a type nobody knows',
  ]);
  expect(problems[0]).toContain("'status' is missing");
}, 240_000);
