import { expect, test } from 'vitest';
import { openIntent, sealIntent } from './intent-cookie';

const secret = 'a-secret-of-at-least-32-characters!';

test('a sealed intent opens with the same secret', () => {
  expect(openIntent(sealIntent('intent-1', secret), secret)).toBe('intent-1');
});

test.each([
  ['nothing', undefined],
  ['an empty cookie', ''],
  ['an id without a signature', 'intent-1'],
  ["another intent's signature", `intent-2.${sealIntent('intent-1', secret).split('.')[1]}`],
  ['a signature of another secret', sealIntent('intent-1', 'another-secret-of-at-least-32-chars')],
])('AC16: %s opens nothing', (_what, sealed) => {
  expect(openIntent(sealed, secret)).toBeNull();
});
