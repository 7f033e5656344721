import { type Access, noAccess } from '../billing/access.ts';
import { decide } from '../billing/decide.ts';
import { type BillingObject, type BillingState, emptyState } from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import type { Policy } from '../config.ts';
import type { StoredCustomer } from '../customers/store.ts';
import type { BillingWord } from '../customers/summary.ts';
import { catalog } from '../effects/catalog.ts';
import type { Slot } from '../effects/connection.ts';
import type { PlannedEffect } from '../effects/plan.ts';
import { type HeldEffect, reviewHeld } from '../effects/review-held.ts';
import { BOUGHT_AT, type StripeObject } from './stripe-objects.ts';

/**
 * One customer's life, told step by step and decided as the line decides it, without a database: what Stripe sends or answers,
 * or only time, goes in; what is believed, who has access and what is said comes out.
 */

type Told = [type: string, object: Omit<StripeObject, 'id'>, previous?: Record<string, unknown>];
type Read = [kind: BillingObject['kind'], object: Omit<StripeObject, 'id'>];

interface Step {
  billing: BillingWord;
  allow: boolean;
  why: Access['reason']['code'];
  plan: string | null;
  /** Messages that this step lets go out, by their permanent names; desired states are left out. */
  says: string[];
  /** Messages that wait for a verified read. */
  holds: string[];
  /** Stripe is to be read. */
  asks: boolean;
}

interface Options {
  policy: Policy;
  /** With a key, payloads are provisional until Stripe was read; without one, they are all there is. */
  key?: boolean;
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;
const slots: ReadonlySet<Slot> = new Set(['app', 'crm', 'email', 'helpdesk', 'chat']);

/** So many days (and seconds) after the default customer bought. */
export const onDay = (day: number, seconds = 0) => new Date(BOUGHT_AT * SECOND_MS + day * DAY_MS + seconds * SECOND_MS);

export function aLife({ policy, key = false }: Options) {
  let state: BillingState = emptyState('cus_1');
  let customer: StoredCustomer | null = null;
  let access: Access = noAccess;
  let dueAt: Date | null = null;
  let count = 0;
  const ledger = new Map<string, 'planned' | 'held' | 'suppressed'>();
  const planned = new Map<string, PlannedEffect>();

  function step(now: Date, told: Told[], read: Read[] | null): Step {
    const before = new Set(said());
    const gathered = {
      before: state,
      customer,
      events: told.map(([type, object, previous]) => {
        count += 1;
        const data = { object, ...(previous && { previous_attributes: previous }) };
        const body = Buffer.from(JSON.stringify({ data }));
        const id = `evt_${count}`;
        return { id, subjectId: 'cus_1', type, occurredAt: now, origin: 'webhook', body, shapes: 'snapshot' };
      }),
      snapshot: read && {
        subjectId: 'cus_1',
        ownerId: null,
        readAt: now,
        objects: read.map(([kind, object]) => readAs(kind, object)),
        gone: [],
      },
    };
    const decided = decide(gathered, {
      policy,
      slots,
      liveSince: onDay(-1),
      now,
      baseUrl: 'https://northwind.example',
      canVerify: key,
    });
    if (decided.unresolved.length > 0) throw new Error(decided.unresolved.map((it) => it.reason).join('\n'));
    ({ state, access, dueAt } = decided);
    for (const effect of decided.effects) keep(effect);
    if (read !== null) review();
    customer = {
      id: decided.customerId,
      subjectId: 'cus_1',
      originSubjectId: 'cus_1',
      emailNormalized: decided.summary.email,
      emailVerifiedAt: null,
      firstPaidAt: customer?.firstPaidAt ?? decided.summary.firstPaidAt,
      access,
      everAllowed: (customer?.everAllowed ?? false) || access.allow,
    };
    return {
      billing: decided.summary.billing,
      allow: access.allow,
      why: access.reason.code,
      plan: decided.summary.plan,
      says: said().filter((id) => !before.has(id)),
      holds: messages('held'),
      asks: decided.needsRead,
    };
  }

  /** A name is in the ledger once and for good. */
  function keep(effect: PlannedEffect): void {
    planned.set(effect.id, effect);
    if (ledger.has(effect.id)) return;
    ledger.set(effect.id, effect.suppressed !== null ? 'suppressed' : effect.held ? 'held' : 'planned');
  }

  function review(): void {
    const held = messages('held').map((id) => planned.get(id) as HeldEffect);
    const { release, suppress } = reviewHeld(held, state, access);
    for (const id of release) ledger.set(id, 'planned');
    for (const { id } of suppress) ledger.set(id, 'suppressed');
  }

  const isMessage = (id: string) => catalog[planned.get(id)?.kind ?? 'app.account'].shape === 'message';
  const messages = (is: 'planned' | 'held') =>
    [...ledger].flatMap(([id, state]) => (state === is && isMessage(id) ? id : [])).sort();
  const said = () => messages('planned');

  return {
    /** Events that arrive together and are converged at once, a few seconds after they were made. */
    told: (at: Date, ...events: Told[]) => step(at, events, null),
    /** A verified read finds these. */
    read: (at: Date, ...objects: Read[]) => step(at, [], objects),
    /** Nothing happens but time. */
    passes: (until: Date) => step(until, [], null),
    get state() {
      return state;
    },
    get access() {
      return access;
    },
    /** When time alone changes something next. */
    get dueAt() {
      return dueAt;
    },
    get customer() {
      return customer;
    },
    /** The latest payload under a permanent name. */
    payloadOf: (id: string) => planned.get(id)?.payload,
  };
}

export function readAs(kind: BillingObject['kind'], object: Omit<StripeObject, 'id'>): BillingObject {
  const understood = understand(kind, object);
  if (!understood.ok) throw new Error(understood.reason);
  return understood.object;
}
