import { expect, test } from 'vitest';
import { admit, freshPace, giveBack, isOpen, learn, type Pace } from './pacing.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const after = (ms: number) => new Date(NOW.getTime() + ms);

function admitted(pace: Pace, rate: number, now: Date): Pace {
  const admission = admit(pace, rate, now);
  if (!admission.admitted) throw new Error(`Not admitted until ${admission.until?.toISOString()}.`);
  return admission.pace;
}

function failed(times: number, pace = freshPace(100, NOW)): Pace {
  return Array.from({ length: times }).reduce<Pace>((before) => learn(before, 'failed', NOW), pace);
}

test('a second lets through as many calls as the rate says, and then one at a time', () => {
  let pace = freshPace(2, NOW);
  pace = admitted(pace, 2, NOW);
  pace = admitted(pace, 2, NOW);
  expect(admit(pace, 2, NOW)).toMatchObject({ admitted: false, until: after(500) });
  pace = admitted(pace, 2, after(500));
  expect(admit(pace, 2, after(600))).toMatchObject({ admitted: false, until: after(1_000) });
});

test('a rate below one a second still lets calls through', () => {
  const pace = admitted(freshPace(0.5, NOW), 0.5, NOW);
  expect(admit(pace, 0.5, NOW)).toMatchObject({ admitted: false, until: after(2_000) });
  admitted(pace, 0.5, after(2_000));
});

test('a call that never happened costs nothing', () => {
  const pace = giveBack(admitted(freshPace(1, NOW), 1, NOW));
  admitted(pace, 1, NOW);
});

test('a limit pauses the whole connection until the moment the vendor names, five minutes at most', () => {
  const paused = learn(freshPace(10, NOW), { limitedUntil: after(30_000) }, NOW);
  expect(admit(paused, 10, after(29_999))).toMatchObject({ admitted: false, until: after(30_000) });
  admitted(paused, 10, after(30_000));
  const long = learn(freshPace(10, NOW), { limitedUntil: after(86_400_000) }, NOW);
  expect(admit(long, 10, NOW)).toMatchObject({ until: after(300_000) });
});

test('the fifth failure in a row opens the circuit; any answer in between starts the count anew', () => {
  expect(isOpen(failed(4))).toBe(false);
  expect(isOpen(failed(5))).toBe(true);
  expect(isOpen(failed(4, learn(failed(4), 'answered', NOW)))).toBe(false);
});

test('an open circuit lets one probe through when its time is up, and all once that one is answered', () => {
  const open = failed(5);
  expect(admit(open, 100, after(4_999))).toMatchObject({ admitted: false, until: after(5_000) });
  const probing = admitted(open, 100, after(5_000));
  expect(admit(probing, 100, after(5_000))).toMatchObject({ admitted: false, until: null });
  const closed = learn(probing, 'answered', after(5_100));
  admitted(admitted(closed, 100, after(5_100)), 100, after(5_100));
});

test('each failed probe keeps the circuit open longer, a minute at most', () => {
  const waits = [5, 6, 7, 8, 9, 20].map((failures) => failed(failures).openUntil?.getTime() ?? 0);
  expect(waits.map((until) => until - NOW.getTime())).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

test('a probe that found nothing to send leaves room for the next one', () => {
  const probing = admitted(failed(5), 100, after(5_000));
  admitted(giveBack(probing), 100, after(5_000));
});
