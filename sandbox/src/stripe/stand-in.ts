import { join } from 'node:path';
import { type JsonFile, keepJsonFile, readJsonFile } from '../http/json-file.ts';
import { type Deliveries, startDeliveries } from './deliver.ts';
import type { Faults } from './faults.ts';
import type { Event } from './objects.ts';
import { burst, type Operation } from './operation.ts';
import { expireSession, overdueSessions } from './resources/checkout-sessions.ts';
import { clearState, emptyState, type State, stateFromJson, stateToJson } from './state.ts';

const overdueCheckMs = 15_000;

/** Nobody asked over the API: the clock, or a hand on the controls. */
export const ownAccord: Event['request'] = { id: null, idempotency_key: null };

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
  /** Time makes no request: this ends the checkout sessions whose time is over. */
  expireOverdue: () => void;
  /** Begins to live at its address. */
  open: (baseUrl: string) => void;
  reset: () => void;
  close: () => Promise<void>;
};

export function createStandIn(options: { dataDir?: string; now: () => Date }): StandIn {
  const path = options.dataDir === undefined ? undefined : join(options.dataDir, 'stripe.json');
  const state = path === undefined ? emptyState() : stateFromJson(readJsonFile(path));
  const file: JsonFile | undefined = path === undefined ? undefined : keepJsonFile(path, () => stateToJson(state));
  const changed = () => file?.changed();
  const deliveries = startDeliveries({ state, faults: () => standIn.faults, now: options.now, changed });
  let clock: NodeJS.Timeout | undefined;

  function begin(request: Event['request']): Operation {
    const nowMs = options.now().getTime();
    const { faults, baseUrl } = standIn;
    return { state, faults, nowMs, at: Math.floor(nowMs / 1000), baseUrl, request, events: [] };
  }

  const standIn: StandIn = {
    state,
    faults: {},
    now: options.now,
    baseUrl: '',
    deliveries,
    look: (run) => run(begin(ownAccord)),
    perform: (request, run) => {
      const operation = begin(request);
      const result = run(operation);
      const events = burst(operation);
      for (const event of events) state.events.set(event.id, event);
      deliveries.send(events);
      changed();
      return result;
    },
    expireOverdue: () => {
      const overdue = standIn.look(overdueSessions);
      if (overdue.length === 0) return;
      standIn.perform(ownAccord, (operation) => {
        for (const session of overdue) expireSession(operation, session);
      });
    },
    open: (baseUrl) => {
      standIn.baseUrl = baseUrl;
      moveLinks(state, baseUrl);
      deliveries.resume();
      clock = setInterval(standIn.expireOverdue, overdueCheckMs);
    },
    reset: () => {
      deliveries.forget();
      clearState(state);
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
  for (const invoice of state.invoices.values()) {
    if (invoice.hosted_invoice_url) {
      invoice.hosted_invoice_url = new URL(new URL(invoice.hosted_invoice_url).pathname, baseUrl).href;
    }
  }
}
