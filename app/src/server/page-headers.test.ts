import { expect, test } from 'vitest';
import { contentSecurityPolicy, isPublicPage } from './page-headers';

test.each([
  ['/', true],
  ['/pricing', true],
  ['/account', false],
  ['/checkout', false],
  ['/checkout/return', false],
  ['/sign-in', false],
  ['/ops/customers', false],
])('%s may be kept for everybody: %s', (path, expected) => {
  expect(isPublicPage(path)).toBe(expected);
});

test('a personal page runs only the scripts of its own request', () => {
  const policy = contentSecurityPolicy({ nonce: 'n1', development: false });
  expect(policy).toContain("script-src 'self' 'nonce-n1' 'strict-dynamic';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});

test.each([['n1'], [undefined]])('no page loads anything from a third party, nor is framed (nonce %s)', (nonce) => {
  const policy = contentSecurityPolicy({ nonce, development: false });
  expect(policy).not.toMatch(/https?:|\*/);
  expect(policy).toContain("frame-ancestors 'none'");
});
