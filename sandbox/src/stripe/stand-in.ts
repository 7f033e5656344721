import { join } from 'node:path';
import type { JsonFile } from '../http/json-file.ts';
import { keepJsonLines, readJsonLines } from '../http/json-lines.ts';
import { tellOfEntitlements } from './billing/entitlements.ts';
import { type Deliveries, startDeliveries } from './deliver.ts';
import type { Faults } from './faults.ts';
import type { Event } from './objects.ts';
import { burst, type Operation } from './operation.ts';
import { keepSchedule } from './schedule.ts';
import {
  changeSettings,
  clearState,
  emptyState,
  type State,
  settingsOf,
  stateFromLines,
  stateToLines,
} from './state.ts';

const dueCheckMs = 15_000;

/** Nobody asked over the API: the clock, or a hand on the controls. */
export const ownAccord: Event['request'] = { id: null, idempotency_key: null };

/** Does something at that second. */
type PerformAt = <Result>(at: number, run: (operation: Operation) => Result) => Result;

/** What every door of the stand-in works on. */
export type StandIn = {
  state: State;
  faults: Faults;
  now: () => Date;
  baseUrl: string;
  deliveries: Deliveries;
  /** Does one thing: its changes are kept and its events are sent. */
  perform: <Result>(request: Event['request'], run: (operation: Operation) => Result) => Result;
  /** Only looks: nothing is saved and nothing is sent. */
  look: <Result>(run: (operation: Operation) => Result) => Result;
  /** Time makes no request: this does everything that has fallen due, each at its own second. */
  catchUp: () => void;
  /** Puts the clock forward, and does what falls due on the way. */
  advance: (to: Date) => void;
  /** Makes up a past: time stands still meanwhile, then goes by until now; quietly, nobody is told of any of it. */
  makePast: (quiet: boolean, work: (at: PerformAt) => Promise<void>) => Promise<void>;
  /** Begins to live at its address. */
  open: (baseUrl: string) => void;
  reset: () => void;
  close: () => Promise<void>;
};

export function createStandIn(options: { dataDir?: string; now: () => Date }): StandIn {
  const path = options.dataDir === undefined ? undefined : join(options.dataDir, 'stripe.json');
  const state = path === undefined ? emptyState() : stateFromLines(readJsonLines(path));
  const file: JsonFile | undefined = path === undefined ? undefined : keepJsonLines(path, () => stateToLines(state));
  const changed = () => file?.changed();
  // Signatures are of the real time: the receiver compares them with its own clock.
  const deliveries = startDeliveries({ state, faults: () => standIn.faults, now: options.now, changed });
  const now = () => new Date(options.now().getTime() + settingsOf(state).clockOffsetSeconds * 1000);
  const nowSeconds = () => Math.floor(now().getTime() / 1000);
  const schedule = keepSchedule(state);
  let clock: NodeJS.Timeout | undefined;
  let lastAt = 0;
  let isStill = false;

  function begin(request: Event['request'], at?: number): Operation {
    const nowMs = at === undefined ? now().getTime() : at * 1000;
    const { faults, baseUrl } = standIn;
    return { state, faults, nowMs, at: Math.floor(nowMs / 1000), baseUrl, request, events: [] };
  }

  function performAt<Result>(operation: Operation, run: (operation: Operation) => Result): Result {
    const result = run(operation);
    tellOfEntitlements(operation);
    const events = burst(operation);
    for (const event of events) state.events.set(event.id, event);
    const named = events.flatMap(({ data: { object } }) => ('id' in object ? [String(object.id)] : []));
    schedule.review([...named, ...(operation.scheduled ?? [])]);
    lastAt = operation.at;
    deliveries.send(events);
    // A past that is being made up is kept once, when it is whole.
    if (!isStill) changed();
    return result;
  }

  function catchUp(): void {
    if (isStill) return;
    const until = nowSeconds();
    for (let due = schedule.next(until); due; due = schedule.next(until)) {
      // What was due before it came to be, such as the notice of a trial of two days, happens now.
      performAt(begin(ownAccord, Math.max(due.at, Math.min(lastAt, until))), due.run);
    }
  }

  const standIn: StandIn = {
    state,
    faults: {},
    now,
    baseUrl: '',
    deliveries,
    look: (run) => run(begin(ownAccord)),
    perform: (request, run) => {
      catchUp();
      const result = performAt(begin(request), run);
      catchUp();
      return result;
    },
    catchUp,
    advance: (to) => {
      const seconds = Math.floor(to.getTime() / 1000) - nowSeconds();
      changeSettings(state, { clockOffsetSeconds: settingsOf(state).clockOffsetSeconds + seconds });
      catchUp();
      changed();
    },
    makePast: async (quiet, work) => {
      const performQuietly: PerformAt = (at, run) => performAt({ ...begin(ownAccord, at), quiet }, run);
      isStill = true;
      try {
        await work(performQuietly);
        const until = nowSeconds();
        for (let due = schedule.next(until); due; due = schedule.next(until)) performQuietly(due.at, due.run);
      } finally {
        isStill = false;
        changed();
      }
    },
    open: (baseUrl) => {
      standIn.baseUrl = baseUrl;
      moveLinks(state, baseUrl);
      deliveries.resume();
      schedule.rebuild();
      clock = setInterval(catchUp, dueCheckMs);
    },
    reset: () => {
      deliveries.forget();
      clearState(state);
      schedule.rebuild();
      lastAt = 0;
      standIn.faults = {};
      changed();
    },
    close: async () => {
      clearInterval(clock);
      await deliveries.close();
      await file?.close();
    },
  };
  return standIn;
}

/** After a restart on another port, the links kept in the state must lead there. */
function moveLinks(state: State, baseUrl: string): void {
  for (const session of state.checkoutSessions.values()) {
    if (session.url) session.url = new URL(new URL(session.url).pathname, baseUrl).href;
  }
  for (const session of state.portalSessions.values()) {
    session.url = new URL(new URL(session.url).pathname, baseUrl).href;
  }
  for (const invoice of state.invoices.values()) {
    if (invoice.hosted_invoice_url) {
      invoice.hosted_invoice_url = new URL(new URL(invoice.hosted_invoice_url).pathname, baseUrl).href;
    }
  }
}
