import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Stripe from 'stripe';
import { circumstancesOf } from '../billing/commit.ts';
import { convergeSubjects } from '../billing/converge.ts';
import { decide } from '../billing/decide.ts';
import { readableStateFrom, readObjects } from '../billing/state-store.ts';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { Mode } from '../config.ts';
import type { LineContext } from '../context.ts';
import { readCustomers } from '../customers/store.ts';
import { catalog } from '../effects/catalog.ts';
import { type Delivery, type Disposition, readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import type { RepairContext } from './context.ts';
import { type Difference, findDifferences } from './drift.ts';
import { lookAtSubject } from './drift-store.ts';
import { type KnownEvent, type LedgerRow, projectAgain, readKnownEvent, readLedgerOf } from './replay-store.ts';

/** Replaying needs a key only for what we no longer have ourselves. */
export type ReplayContext = LineContext & Pick<RepairContext, 'pool'> & { mode: Mode; calls: StripeCalls | null };

export interface ReplayOptions {
  /** Says what would change, from the same decision, and writes nothing. */
  dryRun?: boolean;
}

export type Replayed =
  | {
      status: 'replayed' | 'previewed';
      eventId: string;
      type: string;
      /** Where its body was found. */
      source: 'ours' | 'stripe' | 'file';
      /** It was not recorded before. */
      isNew: boolean;
      disposition: Disposition;
      /** What projecting it came to; null while another worker is at it, or when there is nothing to project. */
      outcome: string | null;
      changes: Difference[];
      effects: { id: string; state: string }[];
    }
  | { status: 'refused'; eventId: string; reason: string };

const WAIT_MS = 10_000;

/** One event again: its body as we kept it, or as Stripe still has it. */
export async function replayEvent(context: ReplayContext, id: string, options: ReplayOptions = {}): Promise<Replayed> {
  const known = await readKnownEvent(context.db, id);
  if (known?.body) return replay(context, { body: known.body, source: 'ours', known }, options);
  const fetched = await fetchEvent(context, id);
  if (typeof fetched === 'string') return { status: 'refused', eventId: id, reason: fetched };
  return replay(context, { body: fetched, source: 'stripe', known }, options);
}

/** A file's events, one after the other: JSON of one, a list of them, or one a line. */
export async function replayFile(
  context: ReplayContext,
  text: string,
  options: ReplayOptions = {},
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const document of readDocuments(text)) {
    const body = Buffer.from(JSON.stringify(document));
    const { key } = readDelivery(body, context.mode, context.now());
    replayed.push(
      await replay(context, { body, source: 'file', known: await readKnownEvent(context.db, key) }, options),
    );
  }
  return replayed;
}

function readDocuments(text: string): unknown[] {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line, index) => readLine(line, index + 1));
  }
}

function readLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(
      `Line ${number} of the file is not JSON. A file holds one event, a list of events, or one event a line.`,
    );
  }
}

async function fetchEvent({ calls }: ReplayContext, id: string): Promise<Buffer | string> {
  if (calls === null) return 'its body is not kept any more, and without a key Stripe cannot be asked for it';
  try {
    const event = await calls.call('events', AbortSignal.timeout(20_000), (stripe) => stripe.events.retrieve(id));
    return Buffer.from(JSON.stringify(event));
  } catch (error) {
    const isGone = error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404;
    if (!isGone) throw error;
    return 'neither we nor Stripe has it; Stripe keeps events for 30 days';
  }
}

interface Found {
  body: Buffer;
  source: 'ours' | 'stripe' | 'file';
  known: KnownEvent | null;
}

async function replay(context: ReplayContext, found: Found, { dryRun = false }: ReplayOptions): Promise<Replayed> {
  // What we kept counts, whatever a file says of the same event.
  const body = found.known?.body ?? found.body;
  const delivery = readDelivery(body, context.mode, context.now());
  const reason = whyRefused(delivery, context.mode);
  if (reason !== null) return { status: 'refused', eventId: found.known?.id ?? delivery.key, reason };
  const subjectId = found.known?.subjectId ?? delivery.subjectId;
  const told = {
    status: dryRun ? ('previewed' as const) : ('replayed' as const),
    eventId: delivery.key,
    type: delivery.type,
    source: found.source,
    isNew: found.known === null,
    disposition: delivery.disposition,
  };
  if (delivery.disposition !== 'recorded' || subjectId === null) {
    if (!dryRun && found.known === null) await recordNew(context, delivery);
    return { ...told, outcome: null, changes: [], effects: [] };
  }
  if (dryRun) return { ...told, ...(await preview(context, delivery, subjectId)) };
  return { ...told, ...(await project(context, { delivery, subjectId, isKnown: found.known !== null })) };
}

function whyRefused({ disposition, livemode }: Delivery, mode: Mode): string | null {
  if (disposition === 'quarantined') {
    return `it is a ${livemode ? 'live' : 'test'} event, and this database holds ${mode} data; the two never mix`;
  }
  return disposition === 'invalid' ? 'it is no event of Stripe’s that we can read' : null;
}

/** By the same decision that converging takes, of this event alone. */
async function preview(context: ReplayContext, delivery: Delivery, subjectId: string) {
  const claim = await lookAtSubject(context.db, subjectId);
  const { state: before } = readableStateFrom(claim, await readObjects(context.db, [subjectId]));
  const [customer = null] = await readCustomers(context.db, [subjectId]);
  const { key: id, type, occurredAt, body } = delivery;
  const event = { id, subjectId, type, occurredAt, origin: 'repair', body, shapes: delivery.shape };
  const decision = decide({ before, customer, events: [event], snapshot: null }, await circumstancesOf(context));
  const ledger = new Map((await readLedgerOf(context.db, subjectId)).map((row) => [row.id, row]));
  const effects = decision.effects
    .filter((effect) => isNews(ledger.get(effect.id), catalog[effect.kind].shape, effect.payload))
    .map(({ id: effectId, held, suppressed }) => ({
      id: effectId,
      state: suppressed !== null ? 'suppressed' : held ? 'held' : 'planned',
    }));
  return {
    outcome: decision.outcomes[0]?.outcome ?? null,
    changes: findDifferences(before, decision.state),
    effects,
  };
}

/** A message is planned once; a state again when it is another. */
function isNews(row: LedgerRow | undefined, shape: string, payload: unknown): boolean {
  if (row === undefined) return true;
  return shape === 'state' && !isDeepStrictEqual(row.data, JSON.parse(JSON.stringify(payload)));
}

async function project(
  context: ReplayContext,
  { delivery, subjectId, isKnown }: { delivery: Delivery; subjectId: string; isKnown: boolean },
) {
  const { db } = context;
  const before = await look(context, subjectId);
  if (isKnown) await projectAgain(db, delivery, subjectId, context.now());
  else await recordNew(context, delivery);
  context.wake('subjects');
  const outcome = await converged(context, delivery.key);
  const after = await look(context, subjectId);
  const versions = new Map(before.ledger.map((row) => [row.id, row.version]));
  return {
    outcome,
    changes: findDifferences(before.state, after.state),
    effects: after.ledger
      .filter((row) => versions.get(row.id) !== row.version)
      .map((row) => ({ id: row.id, state: row.state })),
  };
}

async function look({ db }: ReplayContext, subjectId: string) {
  const claim = await lookAtSubject(db, subjectId);
  const { state } = readableStateFrom(claim, await readObjects(db, [subjectId]));
  return { state, ledger: await readLedgerOf(db, subjectId) };
}

async function recordNew({ pool, wake }: ReplayContext, delivery: Delivery): Promise<void> {
  const recorder = createRecorder({ pool, origin: 'repair', onRecorded: () => wake('subjects') });
  await recorder.record(delivery);
  await recorder.close();
}

/** Converges, or waits for the worker that does. */
async function converged(context: ReplayContext, eventId: string): Promise<string | null> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    await convergeSubjects(context, { budgetMs: 1_000, limit: 50 });
    const event = await readKnownEvent(context.db, eventId);
    if (event?.isProjected) return event.outcome;
    if (Date.now() > giveUpAt) return null;
    await delay(100);
  }
}
