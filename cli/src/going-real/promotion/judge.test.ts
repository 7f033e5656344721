import { defineConfig } from '@onpaid/engine';
import { describe, expect, test } from 'vitest';
import { type Endpoint, markOf, SECRET_MARK } from '../plan.ts';
import type { ExistingPrice } from '../prices.ts';
import type { Finding, PromotionFacts } from './finding.ts';
import { type CheckId, judgePromotion, mayGoLive } from './judge.ts';

type Staging = PromotionFacts['staging'];
type Live = PromotionFacts['live'];

const wanted = {
  url: 'https://pay.example.com/api/stripe/webhook',
  types: ['invoice.paid', 'customer.updated'],
  version: '2026-10-28.endive',
};

function anEndpoint(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'we_live',
    url: wanted.url,
    api_version: wanted.version,
    enabled_events: [...wanted.types],
    status: 'enabled',
    created: 1,
    metadata: { onpaid: 'webhook' },
    ...fields,
  };
}

const aPrice: ExistingPrice = {
  id: 'price_1',
  lookup_key: 'pro_monthly',
  active: true,
  currency: 'usd',
  unit_amount: 2900,
  recurring: { interval: 'month', interval_count: 1 },
  product: 'prod_1',
};

const known = <T>(value: T) => ({ known: true as const, value });
const unheard = { known: false as const, why: 'Stripe could not be reached; check the network' };
const at = new Date('2026-03-04T14:00:00Z');

/** Everything is well, but for what a test names. */
function theFacts({
  staging = {},
  live = {},
}: {
  staging?: Partial<Staging>;
  live?: Partial<Live>;
} = {}): PromotionFacts {
  return {
    hours: 24,
    config: defineConfig({
      brand: {
        name: 'Northwind',
        tagline: '',
        description: '',
        supportEmail: 'help@northwind.example',
        accent: { light: '#000', dark: '#fff' },
      },
      plans: [
        {
          key: 'pro',
          name: 'Pro',
          description: '',
          prices: [{ lookupKey: 'pro_monthly', interval: 'month', create: { amountCents: 2900, currency: 'usd' } }],
        },
      ],
    }),
    staging: {
      mode: 'test',
      url: 'https://staging.example.com',
      polls: false,
      webhook: { refusals: [], deliveries: 12, lastDeliveryAt: at, quarantined: 0 },
      undelivered: known([]),
      endpoints: known([anEndpoint({ id: 'we_test', url: 'https://staging.example.com/api/stripe/webhook' })]),
      secrets: ['whsec_of_test_mode'],
      violations: [],
      openIssues: 0,
      unknownEffects: 0,
      drift: { reconciledAt: at, open: 0 },
      ...staging,
    },
    live: {
      wanted,
      key: 'live',
      chargesEnabled: known(true),
      endpoints: known([anEndpoint()]),
      prices: known([aPrice]),
      ...live,
    },
  };
}

const record = (fields: Partial<Staging['webhook']>) => ({ ...theFacts().staging.webhook, ...fields });
const silence = { deliveries: 0, lastDeliveryAt: null };

const liveWith = (...endpoints: Partial<Endpoint>[]) => ({ endpoints: known(endpoints.map(anEndpoint)) });

type Row = [what: string, id: CheckId, result: Finding['result'], facts: Parameters<typeof theFacts>[0], says: RegExp];

const rows: Row[] = [
  ['the sandbox', 'staging.mode', 'fail', { staging: { mode: 'sandbox' } }, /never met Stripe/],
  ['what is live already', 'staging.mode', 'fail', { staging: { mode: 'live' } }, /live already/],
  [
    'no delivery in the window',
    'staging.deliveries',
    'fail',
    { staging: { webhook: record(silence) } },
    /none in the last 24/,
  ],
  [
    'events that were asked for, not delivered',
    'staging.deliveries',
    'fail',
    { staging: { polls: true } },
    /no delivery was ever tried/,
  ],
  [
    'refused signatures',
    'staging.refused',
    'fail',
    { staging: { webhook: record({ refusals: [{ code: 'signature_mismatch', count: 3, lastAt: at }] }) } },
    /3 signature_mismatch.*STRIPE_WEBHOOK_SECRET/s,
  ],
  [
    'genuine deliveries that were answered 503',
    'staging.refused',
    'fail',
    { staging: { webhook: record({ refusals: [{ code: 'database_unavailable', count: 1, lastAt: at }] }) } },
    /1 database_unavailable/,
  ],
  [
    'events that never arrived',
    'staging.undelivered',
    'fail',
    { staging: { undelivered: known(['evt_1', 'evt_2']) } },
    /2 never arrived: evt_1, evt_2/,
  ],
  [
    'Stripe not saying what it could not deliver',
    'staging.undelivered',
    'unknown',
    { staging: { undelivered: unheard } },
    /could not be reached/,
  ],
  [
    'a live endpoint’s secret beside the test key',
    'staging.secret',
    'fail',
    {
      staging: { secrets: ['whsec_of_test_mode', 'whsec_of_live_mode'] },
      live: liveWith({ metadata: { onpaid: 'webhook', [SECRET_MARK]: markOf('whsec_of_live_mode') } }),
    },
    /live endpoint’s secret/,
  ],
  [
    'live events that were verified here',
    'staging.secret',
    'fail',
    { staging: { webhook: record({ quarantined: 2 }) } },
    /2 live events/,
  ],
  [
    'a secret nothing was verified with',
    'staging.secret',
    'unknown',
    { staging: { webhook: record(silence) } },
    /of which mode/,
  ],
  [
    'a broken invariant',
    'staging.invariants',
    'fail',
    { staging: { violations: ['held_too_long (welcome:sub_1@email)'] } },
    /held_too_long/,
  ],
  ['an open issue', 'staging.issues', 'fail', { staging: { openIssues: 1 } }, /1 open issues/],
  ['an effect whose outcome is unknown', 'staging.issues', 'fail', { staging: { unknownEffects: 1 } }, /1 effects/],
  [
    'differences from Stripe',
    'staging.drift',
    'fail',
    { staging: { drift: { reconciledAt: at, open: 2 } } },
    /2 differences/,
  ],
  [
    'differences nobody has looked for',
    'staging.drift',
    'unknown',
    { staging: { drift: { reconciledAt: null, open: 0 } } },
    /no reconcile has finished/,
  ],
  [
    'an address without https',
    'live.url',
    'fail',
    { live: { wanted: { ...wanted, url: 'http://pay.example.com/api/stripe/webhook' } } },
    /not https/,
  ],
  [
    'an address on this machine',
    'live.url',
    'fail',
    { live: { wanted: { ...wanted, url: 'https://localhost/api/stripe/webhook' } } },
    /test host/,
  ],
  [
    'a staging address',
    'live.url',
    'fail',
    { live: { wanted: { ...wanted, url: 'https://staging.example.com/api/stripe/webhook' } } },
    /test host/,
  ],
  ['no live key', 'live.key', 'unknown', { live: { key: 'none' } }, /STRIPE_LIVE_SECRET_KEY/],
  ['a test key in the live key’s place', 'live.key', 'fail', { live: { key: 'other' } }, /not a live key/],
  [
    'an account that may not charge',
    'live.account',
    'fail',
    { live: { chargesEnabled: known(false) } },
    /does not let it charge/,
  ],
  [
    'an account that may not be asked',
    'live.account',
    'unknown',
    { live: { chargesEnabled: unheard } },
    /could not be reached/,
  ],
  ['no live endpoint', 'live.endpoint', 'fail', { live: liveWith() }, /none at https:\/\/pay\.example\.com/],
  ['a disabled one', 'live.endpoint', 'fail', { live: liveWith({ status: 'disabled' }) }, /is disabled/],
  [
    'one of another API version',
    'live.endpoint',
    'fail',
    { live: liveWith({ api_version: '2024-06-20' }) },
    /is of 2024-06-20.*--replace/s,
  ],
  [
    'one of the account’s version',
    'live.endpoint',
    'fail',
    { live: liveWith({ api_version: null }) },
    /default version/,
  ],
  [
    'one that lacks a type',
    'live.endpoint',
    'fail',
    { live: liveWith({ enabled_events: ['invoice.paid'] }) },
    /does not send customer\.updated/,
  ],
  ['one nobody may look at', 'live.endpoint', 'unknown', { live: { endpoints: unheard } }, /could not be reached/],
  [
    'live events sent to this machine',
    'live.hosts',
    'fail',
    { live: liveWith({}, { id: 'we_x', url: 'http://127.0.0.1:3000/hook' }) },
    /we_x/,
  ],
  [
    'live events sent through a tunnel',
    'live.hosts',
    'fail',
    { live: liveWith({}, { id: 'we_x', url: 'https://a1b2.ngrok-free.app/hook' }) },
    /we_x/,
  ],
  [
    'live events sent to staging',
    'live.hosts',
    'fail',
    {
      staging: { url: 'https://try.example.com' },
      live: liveWith({}, { id: 'we_x', url: 'https://try.example.com/hook' }),
    },
    /we_x/,
  ],
  [
    'live endpoints nobody may look at',
    'live.hosts',
    'unknown',
    { live: { endpoints: unheard } },
    /could not be reached/,
  ],
  [
    'test events sent to the live address',
    'test.hosts',
    'fail',
    { staging: { endpoints: known([anEndpoint({ id: 'we_test' })]) } },
    /we_test/,
  ],
  [
    'test endpoints nobody may look at',
    'test.hosts',
    'unknown',
    { staging: { endpoints: unheard } },
    /could not be reached/,
  ],
  ['a price that live mode lacks', 'live.prices', 'fail', { live: { prices: known([]) } }, /absent: pro_monthly/],
  [
    'a price that is archived',
    'live.prices',
    'fail',
    { live: { prices: known([{ ...aPrice, active: false }]) } },
    /archived: pro_monthly/,
  ],
  ['prices nobody may look at', 'live.prices', 'unknown', { live: { prices: unheard } }, /could not be reached/],
];

test('GO8: when everything is known to be well, it may go live', () => {
  const verdicts = judgePromotion(theFacts());
  expect(verdicts.filter(({ result }) => result !== 'pass')).toEqual([]);
  expect(mayGoLive(verdicts)).toBe(true);
});

test.each(rows)('GO9: %s stands in the way', (_what, id, result, changed, says) => {
  const verdicts = judgePromotion(theFacts(changed));
  const verdict = verdicts.find((one) => one.id === id);
  expect(verdict?.result).toBe(result);
  expect(`${verdict?.detail}\n${verdict?.fix}`).toMatch(says);
  expect(verdict?.fix).not.toBe('');
  expect(mayGoLive(verdicts)).toBe(false);
});

test('GO9: every check has a row above that it refuses', () => {
  const refused = new Set(rows.map(([, id]) => id));
  expect(judgePromotion(theFacts()).filter(({ id }) => !refused.has(id))).toEqual([]);
});

describe('GO8: unknown is never a pass', () => {
  test.each(rows.filter(([, , result]) => result === 'unknown'))('%s', (_what, id, _result, changed) => {
    const verdicts = judgePromotion(theFacts(changed)).map((one) =>
      one.id === id ? one : { ...one, result: 'pass' as const },
    );
    expect(mayGoLive(verdicts)).toBe(false);
  });
});

describe('what does not stand in the way', () => {
  test.each<[string, Parameters<typeof theFacts>[0]]>([
    [
      'an installation promoted at its own address',
      { staging: { url: 'https://pay.example.com', endpoints: known([]) } },
    ],
    ['a live endpoint of another app', { live: liveWith({}, { id: 'we_x', url: 'https://hooks.example.net/x' }) }],
    ['a live endpoint that sends more than is handled', { live: liveWith({ enabled_events: ['*'] }) }],
    ['an old live endpoint beside the right one', { live: liveWith({}, { id: 'we_old', api_version: '2024-06-20' }) }],
  ])('%s', (_what, changed) => {
    expect(judgePromotion(theFacts(changed)).filter(({ result }) => result !== 'pass')).toEqual([]);
  });
});
