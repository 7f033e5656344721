import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineConfig, describeProblems, isLoopback, loadEnvironment, pollsEvents } from './config.ts';
import { aPlan } from './testing/index.ts';

const whole = {
  DATABASE_URL: 'postgres://db.example/onpaid',
  ONPAID_URL: 'https://pay.example.com/',
  ONPAID_SECRET: 'a-session-secret-of-more-than-32-characters',
  STRIPE_SECRET_KEY: 'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
  STRIPE_WEBHOOK_SECRET: 'whsec_5vJ2lQm8Zk3yRt1X, whsec_9aB8cD7eF6gH5iJ4',
};

/** The names complained about, in order, without repeats. */
function complaints(env: Record<string, string | undefined>): string[] {
  const loaded = loadEnvironment({ ...whole, ...env });
  return loaded.ok ? [] : [...new Set(loaded.problems.map((problem) => problem.name))];
}

describe('the environment', () => {
  test('SE2: a whole one is read: mode from the key, every active secret, no trailing slash', () => {
    const loaded = loadEnvironment(whole);
    expect(loaded).toMatchObject({
      ok: true,
      environment: {
        mode: 'test',
        baseUrl: 'https://pay.example.com',
        stripe: {
          webhookSecrets: ['whsec_5vJ2lQm8Zk3yRt1X', 'whsec_9aB8cD7eF6gH5iJ4'],
          apiBase: 'https://api.stripe.com',
        },
      },
    });
  });

  test.each([
    ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'live'],
    ['rk_live_4eC39HqLyjWDarjtT1zdp7dc', 'live'],
    ['rk_test_4eC39HqLyjWDarjtT1zdp7dc', 'test'],
  ])('the key %s means %s mode', (STRIPE_SECRET_KEY, mode) => {
    expect(loadEnvironment({ ...whole, STRIPE_SECRET_KEY })).toMatchObject({ ok: true, environment: { mode } });
  });

  test('without a key we work from payloads alone, in test mode unless live is declared', () => {
    const { STRIPE_SECRET_KEY: _key, ...keyless } = whole;
    expect(loadEnvironment(keyless)).toMatchObject({
      ok: true,
      environment: { mode: 'test', stripe: { secretKey: null } },
    });
    expect(loadEnvironment({ ...keyless, ONPAID_MODE: 'live' })).toMatchObject({ environment: { mode: 'live' } });
  });

  test.each([
    [
      'nothing set',
      Object.fromEntries(Object.keys(whole).map((name) => [name, undefined])),
      ['STRIPE_WEBHOOK_SECRET', 'DATABASE_URL', 'ONPAID_URL', 'ONPAID_SECRET'],
    ],
    ['an empty webhook secret', { STRIPE_WEBHOOK_SECRET: '' }, ['STRIPE_WEBHOOK_SECRET']],
    ['a placeholder webhook secret', { STRIPE_WEBHOOK_SECRET: 'whsec_...' }, ['STRIPE_WEBHOOK_SECRET']],
    [
      'a placeholder beside a real secret',
      { STRIPE_WEBHOOK_SECRET: 'whsec_5vJ2lQm8Zk3yRt1X,whsec_xxxxxxxxxxxx' },
      ['STRIPE_WEBHOOK_SECRET'],
    ],
    ['a publishable key', { STRIPE_SECRET_KEY: 'pk_test_4eC39HqLyjWDarjtT1zdp7dc' }, ['STRIPE_SECRET_KEY']],
    [
      'a live key sent anywhere but to Stripe',
      { STRIPE_SECRET_KEY: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', STRIPE_API_BASE: 'http://127.0.0.1:9' },
      ['STRIPE_API_BASE'],
    ],
    ['a test key where live is declared', { ONPAID_MODE: 'live' }, ['ONPAID_MODE']],
    ['an address that is none', { ONPAID_URL: 'pay.example.com' }, ['ONPAID_URL']],
    ['a short session secret', { ONPAID_SECRET: 'short' }, ['ONPAID_SECRET']],
  ])('SE2: %s is told by name', (_what, env, names) => {
    expect(complaints(env)).toEqual(names);
  });

  test('GO6: with a test key and an address on this machine, events are asked for and no signing secret is needed', () => {
    const { STRIPE_WEBHOOK_SECRET: _secret, ...local } = { ...whole, ONPAID_URL: 'http://localhost:3000' };
    const loaded = loadEnvironment(local);
    if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
    expect(loaded.environment.stripe.webhookSecrets).toEqual([]);
    expect(pollsEvents(loaded.environment)).toBe(true);
  });

  test.each([
    ['another address', {}],
    ['an address that only looks local', { ONPAID_URL: 'https://localhost.example.com' }],
    ['a live key', { ONPAID_URL: 'http://localhost:3000', STRIPE_SECRET_KEY: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' }],
    ['no key', { ONPAID_URL: 'http://localhost:3000', STRIPE_SECRET_KEY: undefined }],
  ])('GO6: with %s the signing secret is needed', (_what, env) => {
    expect(complaints({ ...env, STRIPE_WEBHOOK_SECRET: undefined })).toEqual(['STRIPE_WEBHOOK_SECRET']);
  });

  test.each([
    ['http://localhost:3000', true],
    ['http://shop.localhost', true],
    ['http://127.0.0.1:3000', true],
    ['http://[::1]:3000', true],
    ['https://127.0.0.1.example.com', false],
    ['https://pay.example.com', false],
    ['localhost', false],
  ])('%s is on this machine: %s', (url, expected) => {
    expect(isLoopback(url)).toBe(expected);
  });

  test('GO6: the sandbox delivers, so it is not asked', () => {
    const sandbox = { ...whole, ONPAID_MODE: 'sandbox', ONPAID_URL: 'http://localhost:3000' };
    const loaded = loadEnvironment(sandbox);
    expect(loaded.ok && pollsEvents(loaded.environment)).toBe(false);
  });

  test('SE2: what is told says why and where, and holds no value', () => {
    const loaded = loadEnvironment({
      ...whole,
      STRIPE_SECRET_KEY: 'pk_test_not_to_be_shown',
      ONPAID_SECRET: 'hunter2',
    });
    if (loaded.ok) throw new Error('This environment is not right, and was taken.');
    const text = describeProblems(loaded.problems);
    expect(text).toContain('2 settings need attention');
    expect(text.match(/Why: \S/g)).toHaveLength(2);
    expect(text.match(/Where: \S/g)).toHaveLength(2);
    expect(text).not.toMatch(/not_to_be_shown|hunter2/);
  });
});

test('a config that is not right says which part, and what it should be', () => {
  expect(() =>
    defineConfig({
      brand: {
        name: '',
        tagline: '',
        description: '',
        supportEmail: 'nobody',
        accent: { light: '#000', dark: '#fff' },
      },
      plans: [],
    }),
  ).toThrow(/onpaid\.config\.ts is not right[\s\S]*plans[\s\S]*brand\.name[\s\S]*brand\.supportEmail/);
});

const brand = {
  name: 'Northwind Notes',
  tagline: 'Notes',
  description: 'Notes',
  supportEmail: 'help@example.com',
  accent: { light: '#000', dark: '#fff' },
};

test.each([
  ['plan key team', [aPlan('team'), aPlan('team', { prices: aPlan('other').prices })]],
  ['lookup key team_monthly', [aPlan('team'), aPlan('club', { prices: aPlan('team').prices })]],
  ['price price_1', [aPlan('team', { priceIds: ['price_1'] }), aPlan('club', { priceIds: ['price_1'] })]],
  ['product prod_1', [aPlan('team', { productIds: ['prod_1'] }), aPlan('club', { productIds: ['prod_1'] })]],
])('AC13: a config that names the %s for two plans is refused', (what, plans) => {
  expect(() => defineConfig({ brand, plans })).toThrow(`The ${what} is named twice`);
});

test('every setting of the policy is documented with its default and its reason', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` \| `(\w+)` \| (.+) \|$/gm)];
  const { policy } = defineConfig({ brand, plans: [aPlan('team')] });
  expect(Object.fromEntries(documented.map(([, name, value]) => [name, JSON.parse(value ?? '')]))).toEqual(policy);
  expect(documented.every(([, , , why]) => why && why.length > 30)).toBe(true);
});
