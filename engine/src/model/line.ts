import type { Access } from '../billing/access.ts';
import { belongsToSomebody, type Decision, decide } from '../billing/decide.ts';
import type { RecordedEvent } from '../billing/event-store.ts';
import { referencesOf } from '../billing/event-types.ts';
import type { Snapshot, StripeReader } from '../billing/snapshot.ts';
import { type BillingState, emptyState } from '../billing/state.ts';
import { openObjects } from '../billing/verify.ts';
import type { Policy } from '../config.ts';
import type { StoredCustomer } from '../customers/store.ts';
import type { Slot } from '../effects/connection.ts';
import { reviewHeld } from '../effects/review-held.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createLedger, type Ledger } from './ledger.ts';

/** The line without a database: what decides is the real thing, and what stores keeps to what the stores promise. */

export interface EventRow extends RecordedEvent {
  /** Given when its transaction begins; commits come in another order. */
  seq: number;
  objectId: string | null;
  isCommitted: boolean;
  isProjected: boolean;
}

interface Subject {
  id: string;
  wanted: number;
  done: number;
  dueAt: Date | null;
  wantsRead: boolean;
  state: BillingState;
  customer: StoredCustomer | null;
  isNow: string | null;
}

/** What a test replaces to show that the model would notice. */
export interface Parts {
  readUnprojected(rows: EventRow[], subjectId: string): EventRow[];
  release(ledger: Ledger, ids: string[]): void;
}

export const realParts: Parts = {
  readUnprojected: (rows, subjectId) =>
    rows
      .filter((row) => row.subjectId === subjectId && row.isCommitted && !row.isProjected)
      .sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || a.seq - b.seq),
  release: (ledger, ids) => ledger.release(ids),
};

const slots: ReadonlySet<Slot> = new Set<Slot>(['app', 'crm', 'email', 'helpdesk', 'chat']);

export interface LineOptions {
  now: () => Date;
  policy: Policy;
  liveSince: Date;
  stripe: StripeReader | null;
  parts?: Partial<Parts>;
}

export type Line = ReturnType<typeof createLine>;

export function createLine({ now, policy, liveSince, stripe, parts: replaced = {} }: LineOptions) {
  const parts = { ...realParts, ...replaced };
  const rows: EventRow[] = [];
  const subjects = new Map<string, Subject>();
  const ledger = createLedger();
  const circumstances = () => ({
    policy,
    slots,
    liveSince,
    now: now(),
    baseUrl: 'https://northwind.example',
    canVerify: stripe !== null,
  });

  function subjectOf(id: string): Subject {
    const known = subjects.get(id);
    if (known !== undefined) return known;
    const state = emptyState(id);
    const fresh = { id, wanted: 0, done: 0, dueAt: null, wantsRead: false, state, customer: null, isNow: null };
    subjects.set(id, fresh);
    return fresh;
  }

  /** As the recorder does it: one row an event, its twin joins it, and a snapshot that comes second takes the row over. */
  function record(body: Buffer, { commitsLate = false } = {}): void {
    const {
      key,
      type,
      subjectId,
      objectId,
      occurredAt,
      disposition,
      shape,
      body: kept,
    } = readDelivery(body, 'test', now());
    if (disposition !== 'recorded' || subjectId === null) return;
    const known = rows.find((row) => row.id === key);
    if (known?.shapes.split(',').includes(shape)) return;
    if (known === undefined) {
      const row = {
        id: key,
        seq: rows.length,
        type,
        subjectId,
        objectId,
        occurredAt,
        origin: 'webhook',
        shapes: shape,
      };
      const isCommitted = !commitsLate;
      rows.push({ ...row, body: shape === 'snapshot' ? kept : null, isCommitted, isProjected: false });
      if (isCommitted) subjectOf(subjectId).wanted += 1;
      return;
    }
    known.shapes = `${known.shapes},${shape}`;
    if (shape !== 'snapshot') return;
    Object.assign(known, { type, subjectId, objectId, occurredAt, body: kept, isProjected: false });
    if (known.isCommitted) subjectOf(subjectId).wanted += 1;
  }

  function commitLate(): void {
    for (const row of rows.filter((it) => !it.isCommitted)) {
      row.isCommitted = true;
      subjectOf(row.subjectId).wanted += 1;
    }
  }

  /** Events, and the clock, into state. Returns how many subjects were due. */
  function converge(): number {
    const due = [...subjects.values()].filter((it) => it.wanted > it.done || (it.dueAt !== null && it.dueAt <= now()));
    for (const subject of due) {
      if (subject.isNow !== null) {
        forward(subject, subjectOf(subject.isNow));
        continue;
      }
      const events = parts.readUnprojected(rows, subject.id);
      const { state: before, customer } = subject;
      const decision = decide({ before, customer, events, snapshot: null }, circumstances());
      const owner = ownerByReference(subject, decision.state);
      if (owner === null) write(subject, decision);
      else join(subject, owner, orphansOf(decision.state));
    }
    return due.length;
  }

  function write(subject: Subject, decision: Decision): void {
    const projected = new Set(decision.outcomes.map((it) => it.id));
    for (const row of rows) if (projected.has(row.id)) row.isProjected = true;
    subject.state = decision.state;
    if (decision.isSomebody && Object.keys(decision.state.objects).length > 0) {
      subject.customer = customerAfter(subject, decision);
    }
    ledger.save(subject.id, decision.effects);
    subject.done = subject.wanted;
    subject.dueAt = decision.dueAt;
    subject.wantsRead = decision.isVerified ? false : subject.wantsRead || decision.needsRead;
  }

  function customerAfter({ id, customer }: Subject, decision: Decision): StoredCustomer {
    const { access, summary, customerId } = decision;
    const paid = [customer?.firstPaidAt ?? null, summary.firstPaidAt].filter((it) => it !== null);
    return {
      id: customerId,
      subjectId: id,
      originSubjectId: customer?.originSubjectId ?? id,
      emailNormalized: summary.email,
      emailVerifiedAt: null,
      firstPaidAt: paid.sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
      access,
      everAllowed: (customer?.everAllowed ?? false) || access.allow,
    };
  }

  /** Reads from Stripe whatever wants it and is not about to change. */
  async function verify(): Promise<number> {
    if (stripe === null) return 0;
    const due = [...subjects.values()].filter((it) => it.wantsRead && it.wanted === it.done);
    for (const subject of due) {
      // Another's read has brought it something meanwhile: its own read waits, as its fence would make it.
      if (subject.wanted !== subject.done) continue;
      if (subject.isNow !== null) forward(subject, subjectOf(subject.isNow));
      else await read(subject, [...openObjects(subject.state), ...untold(subject)], 'usual');
    }
    return due.length;
  }

  async function read(subject: Subject, known: string[], depth: 'usual' | 'whole'): Promise<void> {
    if (stripe === null) return;
    subject.wantsRead = false;
    const snapshot = await stripe.readSubject(subject.id, known, new AbortController().signal, { depth });
    const orphans = orphansOf(subject.state);
    if (snapshot.ownerId !== null) join(subject, subjectOf(snapshot.ownerId), orphans);
    else apply(subject, snapshot);
  }

  function apply(subject: Subject, snapshot: Snapshot): void {
    const { state: before, customer } = subject;
    const decision = decide({ before, customer, events: [], snapshot }, circumstances());
    write(subject, decision);
    const { release, suppress } = reviewHeld(ledger.heldOf(subject.id), decision.state, decision.access);
    parts.release(ledger, release);
    ledger.suppress(suppress);
  }

  /** The nightly look at everything that is held, and at money that went back unheard of. */
  async function reconcile(customerId: string): Promise<void> {
    subjectOf(customerId);
    for (const subject of [...subjects.values()].filter((it) => it.isNow === null)) {
      await read(subject, [...Object.keys(subject.state.objects), ...untold(subject)], 'whole');
    }
  }

  /** What only thin events have named. */
  const untold = ({ id, state }: Subject) =>
    rows
      .filter((row) => row.subjectId === id && row.shapes === 'thin' && row.objectId !== null)
      .flatMap((row) => (row.objectId !== null && !(row.objectId in state.objects) ? row.objectId : []));

  function ownerByReference(subject: Subject, state: BillingState): Subject | null {
    if (subject.id.startsWith('cus_')) return null;
    const references = Object.values(state.objects).flatMap(({ value }) => referencesOf(value));
    const named = references.find((id) => id.startsWith('cus_'));
    if (named !== undefined) return subjectOf(named);
    const isHolder = (it: Subject) => it !== subject && references.some((id) => id in it.state.objects);
    return [...subjects.values()].find(isHolder) ?? null;
  }

  /** Of what nobody was known for nothing was said. */
  const orphansOf = (state: BillingState) => (belongsToSomebody(state) ? [] : Object.keys(state.objects));

  /** Everything of one becomes another's; orphans are found anew there. */
  function join(from: Subject, to: Subject, orphans: string[]): void {
    for (const row of rows) {
      if (row.subjectId !== from.id) continue;
      row.subjectId = to.id;
      if (row.objectId !== null && orphans.includes(row.objectId)) row.isProjected = false;
    }
    const moved = Object.entries(from.state.objects).filter(([id]) => !orphans.includes(id));
    to.state = { ...to.state, objects: { ...to.state.objects, ...Object.fromEntries(moved) } };
    from.state = emptyState(from.id);
    ledger.move(from.id, to.id);
    Object.assign(from, { isNow: to.id, done: from.wanted, dueAt: null, wantsRead: false });
    to.wanted += 1;
    to.wantsRead = true;
  }

  function forward(from: Subject, to: Subject): void {
    for (const row of rows) if (row.subjectId === from.id) row.subjectId = to.id;
    to.wanted += 1;
    to.wantsRead ||= from.wantsRead;
    Object.assign(from, { done: from.wanted, dueAt: null, wantsRead: false });
  }

  /** All that is due is done, again and again, until nothing is. */
  async function comeToRest(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      if (converge() + (await verify()) === 0) return;
    }
    throw new Error('The line does not come to rest.');
  }

  const accessOf = (id: string): Access | null => subjects.get(id)?.customer?.access ?? null;
  const objects = () =>
    Object.assign({}, ...[...subjects.values()].map((it) => it.state.objects)) as BillingState['objects'];
  /** Subjects of which all is said to be done, while an event of theirs waits. */
  const forgotten = () =>
    rows.filter((row) => {
      const subject = subjectOf(row.subjectId);
      return row.isCommitted && !row.isProjected && subject.wanted === subject.done;
    });
  const nextMoment = () =>
    [...subjects.values()].flatMap((it) => it.dueAt ?? []).sort((a, b) => a.getTime() - b.getTime())[0] ?? null;

  return {
    record,
    commitLate,
    converge,
    verify,
    reconcile,
    comeToRest,
    accessOf,
    objects,
    forgotten,
    nextMoment,
    ledger,
    rows,
  };
}
