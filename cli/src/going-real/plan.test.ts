import { describe, expect, test } from 'vitest';
import { type Endpoint, markOf, planEndpoint, SECRET_MARK, type WantedEndpoint } from './plan.ts';

const wanted: WantedEndpoint = {
  url: 'https://pay.example.com/api/stripe/webhook',
  types: ['invoice.paid', 'customer.updated'],
  version: '2026-10-28.endive',
};

function anEndpoint(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'we_1',
    url: wanted.url,
    api_version: wanted.version,
    enabled_events: [...wanted.types],
    status: 'enabled',
    created: 1,
    metadata: { onpaid: 'webhook' },
    ...fields,
  };
}

const plan = (endpoints: Endpoint[], { replace = false, secrets = [] as string[] } = {}) =>
  planEndpoint(endpoints, wanted, { replace, secrets });
const secret = 'whsec_5vJ2lQm8Zk3yRt1X';
const marked = { onpaid: 'webhook', [SECRET_MARK]: markOf(secret) };

describe('GO1: the endpoint', () => {
  test.each<[string, Endpoint[], object]>([
    ['none at all: one is made', [], { kind: 'create' }],
    [
      'one of ours at another address: one is made',
      [anEndpoint({ url: 'https://staging.example.com/api/stripe/webhook' })],
      { kind: 'create' },
    ],
    ['ours, right in everything: it is kept', [anEndpoint()], { kind: 'keep' }],
    ['a slash at the end is the same address', [anEndpoint({ url: `${wanted.url}/` })], { kind: 'keep' }],
    [
      'a type we handle is missing: it is added',
      [anEndpoint({ enabled_events: ['invoice.paid'] })],
      { kind: 'update', missing: ['customer.updated'], extra: [], isDisabled: false },
    ],
    [
      'it sends what nobody handles: that goes',
      [anEndpoint({ enabled_events: [...wanted.types, 'payout.paid'] })],
      { kind: 'update', missing: [], extra: ['payout.paid'] },
    ],
    [
      'it sends everything: only what is handled stays',
      [anEndpoint({ enabled_events: ['*'] })],
      { kind: 'update', missing: [], extra: ['*'] },
    ],
    ['it is disabled: it is enabled', [anEndpoint({ status: 'disabled' })], { kind: 'update', isDisabled: true }],
    ['one made by hand: it is left alone', [anEndpoint({ metadata: {} })], { kind: 'leave' }],
    [
      'one made by hand beside ours: ours counts',
      [anEndpoint({ metadata: {}, created: 2 }), anEndpoint({ id: 'we_2' })],
      { kind: 'keep', endpoint: { id: 'we_2' } },
    ],
    [
      'two of ours: the newest counts',
      [anEndpoint({ created: 1 }), anEndpoint({ id: 'we_2', created: 2 })],
      { kind: 'keep', endpoint: { id: 'we_2' } },
    ],
  ])('%s', (_what, endpoints, step) => {
    expect(plan(endpoints).step).toMatchObject(step);
  });

  test('of two of ours, the one whose secret is in use counts, however old', () => {
    const endpoints = [anEndpoint({ id: 'we_used', metadata: marked }), anEndpoint({ id: 'we_new', created: 2 })];
    expect(plan(endpoints, { secrets: [secret] }).step).toMatchObject({ kind: 'keep', endpoint: { id: 'we_used' } });
  });
});

describe('GO2: an endpoint of another API version', () => {
  const old = anEndpoint({ id: 'we_old', api_version: '2022-11-15' });
  const fresh = anEndpoint({ id: 'we_new', created: 2, metadata: marked });

  test('is kept and named when nobody asked for a new one', () => {
    expect(plan([old])).toEqual({ step: { kind: 'keep', endpoint: old }, others: [old], remove: [] });
  });

  test('is still given the types it lacks', () => {
    expect(plan([{ ...old, enabled_events: [] }]).step).toMatchObject({ kind: 'update', missing: wanted.types });
  });

  test('gets a successor beside it, and stays', () => {
    expect(plan([old], { replace: true })).toEqual({ step: { kind: 'create' }, others: [old], remove: [] });
  });

  test('stays while its successor’s secret is not in use', () => {
    expect(plan([old, fresh], { replace: true, secrets: ['whsec_of_the_old_one'] })).toMatchObject({
      step: { kind: 'keep' },
      others: [old],
      remove: [],
    });
  });

  test('goes once it is, when asked for, and not before', () => {
    expect(plan([old, fresh], { replace: true, secrets: ['whsec_of_the_old_one', secret] }).remove).toEqual([old]);
    expect(plan([old, fresh], { secrets: [secret] }).remove).toEqual([]);
  });

  test('without a version of its own follows the account’s, which is another one too', () => {
    expect(plan([anEndpoint({ api_version: null })], { replace: true }).step).toEqual({ kind: 'create' });
  });

  test('made by hand, gets one of ours beside it and is not removed', () => {
    expect(plan([anEndpoint({ metadata: {} })], { replace: true })).toEqual({
      step: { kind: 'create' },
      others: [],
      remove: [],
    });
  });
});
