import { expect, test } from 'vitest';
import expected from './expected.json' with { type: 'json' };
import { judge } from './judge.ts';

test('exactly the expected counts are right', () => {
  expect(judge(expected, expected).every((line) => line.ok)).toBe(true);
});

test.each(Object.keys(expected))('one more of %s is not right', (what) => {
  const observed = { ...expected, [what]: expected[what as keyof typeof expected] + 1 };
  expect(judge(expected, observed).filter((line) => !line.ok)).toMatchObject([{ what }]);
});

test('what was not counted is not right', () => {
  expect(judge({ 'email.welcome': 1 }, {})).toEqual([
    { what: 'email.welcome', expected: 1, observed: null, ok: false },
  ]);
});
