import { apiVersion } from './api-version.ts';
import type { Faults } from './faults.ts';
import { luckOf } from './luck.ts';
import type { Event, WebhookEndpoint } from './objects.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { post } from './post.ts';
import { activeSecrets } from './secrets.ts';
import type { Attempt, Delivery, State } from './state.ts';
import { thinNotification } from './thin.ts';
import { factsOf } from './versions/facts.ts';
import { eventInVersion } from './versions/render.ts';

const attemptTimeoutMs = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;
const giveUpAfterMs = 24 * 60 * 60 * 1000;
const mostAtOnce = 32;

export type Deliveries = {
  /** Sends events to every endpoint that wants them; `again` sends them past a drop fault, in new copies. */
  send: (events: Event[], options?: { again?: boolean }) => Delivery[];
  /** Takes up whatever is pending and not under way: after a restart, after a hold, under other faults. */
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
  const refusalsInARow = new Map<string, number>();
  let stopping = new AbortController();

  function send(events: Event[], { again = false } = {}): Delivery[] {
    if (faults().deliver?.equalSeconds && !again) {
      for (const event of events) event.created = luckOf(faults()).keep('second', event.created);
    }
    const planned = planDeliveries(events, [...state.webhookEndpoints.values()], faults(), again);
    for (const delivery of planned) {
      state.deliveries.set(delivery.id, delivery);
      byEvent.set(delivery.event, [...(byEvent.get(delivery.event) ?? []), delivery]);
    }
    for (const event of events) event.pending_webhooks = undelivered(byEvent.get(event.id) ?? []);
    for (const delivery of planned) schedule(delivery);
    return planned;
  }

  function schedule(delivery: Delivery): void {
    const { id } = delivery;
    const underWay = timers.has(id) || running.has(id) || ready.has(id);
    if (delivery.status !== 'pending' || underWay || stopping.signal.aborted) return;
    const { hold, outage } = faults().deliver ?? {};
    if (hold || !state.deliveries.has(id)) return;
    // A timer even when nothing is to be waited for: whoever caused the event gets the answer first, as with Stripe.
    const dueMs = Math.max(Date.parse(delivery.dueAt), outage?.untilMs ?? 0);
    timers.set(
      id,
      setTimeout(
        () => {
          timers.delete(id);
          ready.add(id);
          startReady();
        },
        Math.max(0, dueMs - Date.now()),
      ),
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
    const secrets = activeSecrets(state, delivery.endpoint);
    if (!event || endpoint?.status !== 'enabled' || secrets.length === 0) {
      delivery.status = 'dropped';
      changed();
      return;
    }
    const stop = stopping.signal;
    const { answerTimeoutMs: timeoutMs = attemptTimeoutMs } = faults().deliver ?? {};
    const outcome = await post(endpoint.url, bodyOf(delivery, event), { secrets, at: now(), timeoutMs, stop });
    // What the stand-in itself broke off is no attempt: it is made again after the restart.
    if (stop.aborted) return;
    delivery.attempts.push(outcome);
    if (isSuccess(outcome)) {
      delivery.status = 'delivered';
      event.pending_webhooks = undelivered(byEvent.get(event.id) ?? []);
    } else if (Date.now() - Date.parse(delivery.created) > giveUpAfterMs) {
      delivery.status = 'failed';
    } else {
      delivery.dueAt = new Date(Date.now() + retryDelayMs(delivery.attempts.length)).toISOString();
    }
    loseHeart(endpoint, outcome);
    changed();
  }

  function bodyOf(delivery: Delivery, event: Event): string {
    const { thin, apiVersion: version = apiVersion } = delivery;
    const told = thin ? thinNotification(event) : eventInVersion(event, version, factsOf(state));
    return JSON.stringify(told, null, 2);
  }

  /** Stripe disables an endpoint that keeps refusing, after days; here after as many refusals as the faults say. */
  function loseHeart(endpoint: WebhookEndpoint, { status }: Attempt): void {
    const refused = status !== null && status >= 400 && status < 500;
    const inARow = refused ? (refusalsInARow.get(endpoint.id) ?? 0) + 1 : 0;
    refusalsInARow.set(endpoint.id, inARow);
    if (inARow >= (faults().deliver?.disableAfter ?? Infinity)) endpoint.status = 'disabled';
  }

  function resume(): void {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
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
    refusalsInARow.clear();
    stopping = new AbortController();
  }

  return { send, resume, forget, close: halt };
}

export function retryDelayMs(attempts: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** (attempts - 1));
}

function isSuccess({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
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
