import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { startLoop } from './loop.ts';

const log = pino({ level: 'silent' });

test('a poke during a round makes one more round', async () => {
  let rounds = 0;
  const loop = startLoop(
    'test',
    async () => {
      rounds += 1;
      if (rounds === 1) loop.poke();
      return 0;
    },
    { everyMs: 60_000, log },
  );
  await vi.waitFor(() => expect(rounds).toBe(2));
  loop.poke();
  await vi.waitFor(() => expect(rounds).toBe(3));
  await loop.stop();
  expect(rounds).toBe(3);
});

test('a round that did something is followed by another at once', async () => {
  const left = [3, 2, 1, 0];
  const loop = startLoop('test', async () => left.shift() ?? 0, { everyMs: 60_000, log });
  await vi.waitFor(() => expect(left).toEqual([]));
  await loop.stop();
});

test('a failing round is tried again, and stopping waits for the round in progress', async () => {
  let rounds = 0;
  const loop = startLoop(
    'test',
    async () => {
      rounds += 1;
      if (rounds === 1) throw new Error('the database was away');
      return 0;
    },
    { everyMs: 1, log },
  );
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(2));
  await loop.stop();
});
