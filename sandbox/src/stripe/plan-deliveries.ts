import type { ApiVersion } from './api-version.ts';
import type { Faults } from './faults.ts';
import { newId } from './ids.ts';
import { type Luck, luckOf, shuffled } from './luck.ts';
import type { Event, WebhookEndpoint } from './objects.ts';
import type { Delivery } from './state.ts';

/**
 * Which copies of which events go where and when, with everything the faults say. `again` is a hand that resends: it
 * overrules what was to be lost.
 */
export function planDeliveries(
  events: readonly Event[],
  endpoints: readonly WebhookEndpoint[],
  faults: Faults,
  again: boolean,
): Delivery[] {
  const { times = 1, shuffle = false } = faults.deliver ?? {};
  const luck = luckOf(faults);
  const planned = events.flatMap((event) => {
    const wanting = endpoints.filter((endpoint) => wants(endpoint, event));
    const lost = wanting.length > 0 && !again && isLost(event, faults, luck);
    return wanting.flatMap((endpoint) =>
      Array.from({ length: lost ? 1 : times }).flatMap(() =>
        forms(faults, luck).map((form) => newDelivery(event, endpoint, form, lost, faults)),
      ),
    );
  });
  return shuffle ? shuffled(planned, luck) : planned;
}

function wants({ status, enabled_events: types }: WebhookEndpoint, event: Event): boolean {
  return status === 'enabled' && (types.includes('*') || types.includes(event.type));
}

function isLost(event: Event, { deliver: { drop = [], dropEvery } = {} }: Faults, luck: Luck): boolean {
  if (drop.includes(event.type)) return true;
  return dropEvery !== undefined && luck.count('events') % dropEvery === 0;
}

type Form = 'snapshot' | 'thin';

function forms({ deliver: { thin, twins } = {} }: Faults, luck: Luck): Form[] {
  if (thin === 'only') return ['thin'];
  if (!twins) return ['snapshot'];
  return luck.next() < 0.5 ? ['snapshot', 'thin'] : ['thin', 'snapshot'];
}

function newDelivery(event: Event, endpoint: WebhookEndpoint, form: Form, lost: boolean, faults: Faults): Delivery {
  const { delayMs = 0, reorderWindowMs = 0, apiVersion = endpoint.api_version } = faults.deliver ?? {};
  const waitMs = delayMs + (reorderWindowMs > 0 ? Math.floor(luckOf(faults).next() * reorderWindowMs) : 0);
  const created = Date.now();
  return {
    id: newId.delivery(),
    event: event.id,
    endpoint: endpoint.id,
    ...(form === 'thin' ? { thin: true } : apiVersion !== null && { apiVersion: apiVersion as ApiVersion }),
    status: lost ? 'dropped' : 'pending',
    created: new Date(created).toISOString(),
    dueAt: new Date(created + waitMs).toISOString(),
    attempts: [],
  };
}
