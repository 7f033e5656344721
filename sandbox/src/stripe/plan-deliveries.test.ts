import { describe, expect, it } from 'vitest';
import { apiVersion } from './api-version.ts';
import type { Faults } from './faults.ts';
import type { Event, EventType, WebhookEndpoint } from './objects.ts';
import { planDeliveries } from './plan-deliveries.ts';

function anEvent(id: string, type: EventType = 'customer.created'): Event {
  return {
    id,
    object: 'event',
    api_version: apiVersion,
    created: 1_800_000_000,
    data: { object: { id: 'cus_1', object: 'customer' } },
    livemode: false,
    pending_webhooks: 0,
    request: { id: null, idempotency_key: null },
    type,
  };
}

function anEndpoint(changes: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id: 'we_1',
    object: 'webhook_endpoint',
    api_version: apiVersion,
    application: null,
    created: 0,
    description: null,
    enabled_events: ['*'],
    livemode: false,
    metadata: {},
    status: 'enabled',
    url: 'http://127.0.0.1:9/',
    ...changes,
  };
}

const hundred = Array.from({ length: 100 }, (_, index) => anEvent(`evt_${index}`));

function plan(faults: Faults, { events = hundred, endpoints = [anEndpoint()], again = false } = {}) {
  return planDeliveries(events, endpoints, faults, again);
}

describe('planned deliveries', () => {
  it('go to those who want them', () => {
    const endpoints = [
      anEndpoint({ id: 'we_all' }),
      anEndpoint({ id: 'we_invoices', enabled_events: ['invoice.paid'] }),
      anEndpoint({ id: 'we_off', status: 'disabled' }),
    ];
    const events = [anEvent('evt_1'), anEvent('evt_2', 'invoice.paid')];
    expect(plan({}, { events, endpoints }).map(({ event, endpoint }) => [event, endpoint])).toEqual([
      ['evt_1', 'we_all'],
      ['evt_2', 'we_all'],
      ['evt_2', 'we_invoices'],
    ]);
  });

  it('lose every n-th event, not one more, and none that a hand resends', () => {
    const faults = { deliver: { dropEvery: 4, times: 2 } };
    const planned = plan(faults);
    const lost = planned.filter(({ status }) => status === 'dropped').map(({ event }) => event);
    expect(lost).toEqual(hundred.filter((_, index) => index % 4 === 3).map(({ id }) => id));
    expect(planned).toHaveLength(75 * 2 + 25);
    expect(plan(faults, { again: true }).every(({ status }) => status === 'pending')).toBe(true);
  });

  it('fall the same way with the same seed, and another way with another', () => {
    const deliver = { twins: true, times: 2, shuffle: true, reorderWindowMs: 10_000 };
    const fall = (seed: number) =>
      plan({ seed, deliver }).map((row) => [row.event, row.thin, Date.parse(row.dueAt) - Date.parse(row.created)]);
    expect(fall(7)).toEqual(fall(7));
    expect(fall(7)).not.toEqual(fall(8));
  });

  it('wait by chance within the window, so that some overtake others', () => {
    const waits = plan({ seed: 1, deliver: { reorderWindowMs: 1000, delayMs: 500 } }).map(
      (row) => Date.parse(row.dueAt) - Date.parse(row.created),
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(499);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1501);
    expect(waits).not.toEqual(waits.toSorted((a, b) => a - b));
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(800);
  });

  it('go out in pairs, the thin one now before and now after its twin', () => {
    const planned = plan({ seed: 3, deliver: { twins: true } });
    expect(planned).toHaveLength(200);
    const firsts = hundred.map(({ id }) => planned.find(({ event }) => event === id)?.thin ?? false);
    expect(firsts.filter((thin) => thin).length).toBeGreaterThan(25);
    expect(firsts.filter((thin) => !thin).length).toBeGreaterThan(25);
    expect(plan({ deliver: { thin: 'only' } }).every(({ thin }) => thin)).toBe(true);
  });

  it('are told in the version of the faults, else in that of the endpoint', () => {
    const endpoints = [anEndpoint({ api_version: '2024-06-20' })];
    const [own] = plan({}, { endpoints });
    const [forced] = plan({ deliver: { apiVersion: '2022-11-15' } }, { endpoints });
    expect([own?.apiVersion, forced?.apiVersion]).toEqual(['2024-06-20', '2022-11-15']);
  });
});
