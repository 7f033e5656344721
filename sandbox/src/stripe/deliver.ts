import type { Faults } from './faults.ts';
import { newId } from './ids.ts';
import type { Event } from './objects.ts';
import { signatureHeader } from './sign.ts';
import type { Attempt, Delivery, State } from './state.ts';

const attemptTimeoutMs = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
const giveUpAfterMs = 24 * 60 * 60 * 1000;
const mostAtOnce = 32;
const excerptLength = 500;

export type Deliveries = {
  /** Sends events to every endpoint that wants them; `again` sends them past a drop fault, in new copies. */
  send: (events: Event[], options?: { again?: boolean }) => Delivery[];
  /** Takes up whatever is pending and not under way: after a restart, after a hold. */
  resume: () => void;
  /** Forgets what is under way, because the state was emptied. */
  forget: () => void;
  close: () => Promise<void>;
};

/** The one place that delivers: to each endpoint until it answers 2xx, or for a day. */
export function startDeliveries(options: {
  state: State;
  faults: () => Faults;
  now: () => Date;
  changed: () => void;
}): Deliveries {
  const { state, faults, now, changed } = options;
  const timers = new Map<string, NodeJS.Timeout>();
  const ready = new Set<string>();
  const byEvent = Map.groupBy(state.deliveries.values(), (delivery) => delivery.event);
  const running = new Map<string, Promise<void>>();
  let stopping = new AbortController();

  function send(events: Event[], { again = false } = {}): Delivery[] {
    const { times = 1, shuffle = false, delayMs = 0, drop = [] } = faults().deliver ?? {};
    const created: Delivery[] = [];
    for (const event of events) {
      const endpoints = [...state.webhookEndpoints.values()].filter((endpoint) => wants(endpoint, event));
      const dropped = drop.includes(event.type) && !again;
      for (const endpoint of endpoints) {
        for (let copy = 0; copy < (dropped ? 1 : times); copy += 1) {
          const delivery: Delivery = {
            id: newId.delivery(),
            event: event.id,
            endpoint: endpoint.id,
            status: dropped ? 'dropped' : 'pending',
            created: new Date().toISOString(),
            dueAt: new Date(Date.now() + delayMs).toISOString(),
            attempts: [],
          };
          state.deliveries.set(delivery.id, delivery);
          byEvent.set(event.id, [...(byEvent.get(event.id) ?? []), delivery]);
          created.push(delivery);
        }
      }
      event.pending_webhooks = undelivered(byEvent.get(event.id) ?? []);
    }
    for (const delivery of shuffle ? shuffled(created) : created) schedule(delivery);
    return created;
  }

  function schedule(delivery: Delivery): void {
    const { id } = delivery;
    const underWay = timers.has(id) || running.has(id) || ready.has(id);
    if (delivery.status !== 'pending' || underWay || stopping.signal.aborted) return;
    if (faults().deliver?.hold || !state.deliveries.has(id)) return;
    // A timer even when nothing is to be waited for: whoever caused the event gets the answer first, as with Stripe.
    const waitMs = Math.max(0, Date.parse(delivery.dueAt) - Date.now());
    timers.set(
      id,
      setTimeout(() => {
        timers.delete(id);
        ready.add(id);
        startReady();
      }, waitMs),
    );
  }

  function startReady(): void {
    for (const id of ready) {
      if (running.size >= mostAtOnce) return;
      ready.delete(id);
      const delivery = state.deliveries.get(id);
      if (!delivery || faults().deliver?.hold) continue;
      const done = attempt(delivery).finally(() => {
        running.delete(delivery.id);
        if (stopping.signal.aborted) return;
        schedule(delivery);
        startReady();
      });
      running.set(delivery.id, done);
    }
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const event = state.events.get(delivery.event);
    const endpoint = state.webhookEndpoints.get(delivery.endpoint);
    const secrets = state.endpointSecrets.get(delivery.endpoint);
    if (!event || endpoint?.status !== 'enabled' || !secrets) {
      delivery.status = 'dropped';
      changed();
      return;
    }
    const stop = stopping.signal;
    const outcome = await post(endpoint.url, JSON.stringify(event, null, 2), secrets, now(), stop);
    // What the stand-in itself broke off is no attempt: it is made again after the restart.
    if (stop.aborted) return;
    delivery.attempts.push(outcome);
    if (outcome.status !== null && outcome.status >= 200 && outcome.status < 300) {
      delivery.status = 'delivered';
      event.pending_webhooks = undelivered(byEvent.get(event.id) ?? []);
    } else if (Date.now() - Date.parse(delivery.created) > giveUpAfterMs) {
      delivery.status = 'failed';
    } else {
      delivery.dueAt = new Date(Date.now() + retryDelayMs(delivery.attempts.length)).toISOString();
    }
    changed();
  }

  function resume(): void {
    for (const delivery of state.deliveries.values()) schedule(delivery);
  }

  async function halt(): Promise<void> {
    stopping.abort();
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    ready.clear();
    await Promise.all(running.values());
  }

  function forget(): void {
    void halt();
    running.clear();
    byEvent.clear();
    stopping = new AbortController();
  }

  return { send, resume, forget, close: halt };
}

export function retryDelayMs(attempts: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** (attempts - 1));
}

function wants(endpoint: { status: string; enabled_events: string[] }, event: Event): boolean {
  const types = endpoint.enabled_events;
  return endpoint.status === 'enabled' && (types.includes('*') || types.includes(event.type));
}

/** How many endpoints have not had the event yet: what `pending_webhooks` says. */
function undelivered(deliveries: readonly Delivery[]): number {
  const waiting = new Set<string>();
  const reached = new Set<string>();
  for (const delivery of deliveries) {
    (delivery.status === 'delivered' ? reached : waiting).add(delivery.endpoint);
  }
  return waiting.difference(reached).size;
}

async function post(
  url: string,
  body: string,
  secrets: readonly string[],
  at: Date,
  stop: AbortSignal,
): Promise<Attempt> {
  const started = performance.now();
  const outcome = { at: new Date().toISOString(), status: null, body: '', error: null };
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(attemptTimeoutMs)]),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureHeader(body, secrets, at),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        accept: '*/*; q=0.5, application/xml',
      },
      body,
    });
    const excerpt = (await response.text()).slice(0, excerptLength);
    return { ...outcome, status: response.status, body: excerpt, durationMs: elapsed(started) };
  } catch (error) {
    return { ...outcome, error: reason(error), durationMs: elapsed(started) };
  }
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}

/** fetch hides what happened in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
