import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventTypes } from './event-types.ts';

it('the event types are those the SDK declares, no more and no fewer', async () => {
  const typings = new URL('./resources/WebhookEndpoints.d.ts', import.meta.resolve('stripe'));
  const [, union = ''] = /type EnabledEvent = ([^;]+);/.exec(await readFile(fileURLToPath(typings), 'utf8')) ?? [];
  const declared = [...union.matchAll(/'([^']+)'/g)].map(([, type]) => type).filter((type) => type !== '*');
  expect(declared.length).toBeGreaterThan(200);
  expect([...eventTypes].toSorted()).toEqual(declared.toSorted());
});
