import type Stripe from 'stripe';
import { handledTypes } from '../billing/event-types.ts';
import { endAlarm, raiseAlarm } from '../effects/alarm.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder, EventNotStored, type Recorded, type Recorder } from '../receive/record.ts';
import type { Busy, RepairContext } from './context.ts';
import { raiseWatermark, readWatermark } from './missed-store.ts';
import { pagesBehind } from './pages.ts';
import { checkSilence } from './silence.ts';
import { leaveWalk, saveWalk, takeWalk, type Walk } from './walk-store.ts';

export interface MissedEvents {
  status: 'done';
  listed: number;
  /** New to us, of a type we act on or not. */
  recorded: number;
  duplicates: number;
  /** Longer ago than Stripe lists: only a reconcile can tell what happened then. */
  gap: { from: Date; until: Date } | null;
}

/** Stripe's list is not complete at once; asking again for what we have costs nothing. */
const OVERLAP_MS = 600_000;
const DAY_MS = 86_400_000;
/** Stripe keeps events for 30 days, and delivers for three. */
const LISTED_FOR_MS = 30 * DAY_MS;
const DELIVERED_FOR_MS = 3 * DAY_MS;
/** An endpoint of somebody else's that never answers makes everything undelivered; the other list has it all the same. */
const UNDELIVERED_PAGES = 20;
const TYPES_A_CALL = 20;
export const EVENTS_GAP = 'stripe:events_gap';

/** One list of events, newest first, and how far it has been read. Whole seconds, as Stripe counts. */
interface Scan {
  from: number;
  until: number;
  after: string | null;
}

/**
 * Every event that no webhook brought: what Stripe itself could not deliver, and whatever happened since we last asked. Recorded
 * as a webhook is. The watermark rises only when its whole list was read; a scan that was interrupted goes on where it stopped.
 */
export async function fetchMissedEvents(context: RepairContext, signal: AbortSignal): Promise<MissedEvents | Busy> {
  const walk = await takeWalk<Scan, null>(context.db, 'missed_events', { by: context.workerId, now: context.now() });
  if (walk === null) return { status: 'busy' };
  const recorder = createRecorder({
    pool: context.pool,
    origin: 'repair',
    onRecorded: () => context.wake('subjects'),
  });
  const found: MissedEvents = { status: 'done', listed: 0, recorded: 0, duplicates: 0, gap: null };
  let isFinished = false;
  try {
    if (walk.position !== null) await finishScan(context, { walk, recorder, found, signal }, walk.position);
    await scanSinceWatermark(context, { walk, recorder, found, signal });
    await scanUndelivered(context, { walk, recorder, found, signal });
    isFinished = true;
  } finally {
    await recorder.close();
    await leaveWalk(context.db, walk, { isFinished, now: context.now() });
  }
  await checkSilence(context);
  if (found.recorded > 0) context.log.warn({ ...found }, 'events that no webhook had brought were fetched from Stripe');
  return found;
}

interface Work {
  walk: Walk<Scan, null>;
  recorder: Recorder;
  found: MissedEvents;
  signal: AbortSignal;
}

async function scanSinceWatermark(context: RepairContext, work: Work): Promise<void> {
  const now = context.now();
  const watermark = (await readWatermark(context.db)) ?? now;
  const oldest = new Date(now.getTime() - LISTED_FOR_MS);
  if (watermark < oldest) await tellGap(context, work, { from: watermark, until: oldest });
  const from = Math.max(watermark.getTime() - OVERLAP_MS, oldest.getTime());
  await finishScan(context, work, { from: seconds(from), until: seconds(now.getTime()), after: null });
}

async function finishScan(context: RepairContext, work: Work, scan: Scan): Promise<void> {
  const pages = listEvents(context, work, { created: { gte: scan.from } }, scan.after);
  for await (const page of pages) {
    await recordPage(context, work, page);
    const last = page.at(-1);
    const position = { ...scan, after: last?.id ?? scan.after };
    await saveWalk(context.db, work.walk, { position, counts: null }, context.now());
  }
  await raiseWatermark(context.db, new Date(scan.until * 1_000));
}

async function scanUndelivered(context: RepairContext, work: Work): Promise<void> {
  const since = seconds(context.now().getTime() - DELIVERED_FOR_MS);
  let pages = 0;
  for await (const page of listEvents(context, work, { delivery_success: false, created: { gte: since } }, null)) {
    await recordPage(context, work, page);
    pages += 1;
    if (pages < UNDELIVERED_PAGES) continue;
    context.log.warn(
      { pages },
      'an endpoint of this Stripe account takes nothing; not all it misses was looked through',
    );
    return;
  }
}

function listEvents(
  { calls }: RepairContext,
  { signal }: Work,
  filter: Stripe.EventListParams,
  after: string | null,
): AsyncGenerator<Stripe.Event[]> {
  // Beyond what one call may name, everything is asked for: what we do not act on is kept and counted.
  const types = handledTypes.size <= TYPES_A_CALL ? { types: [...handledTypes] } : {};
  return pagesBehind<Stripe.Event>(calls, 'events', {
    list: (stripe, cursor) => stripe.events.list({ ...filter, ...types, limit: 100, ...cursor }),
    after,
    signal,
  });
}

async function recordPage(context: RepairContext, { recorder, found }: Work, page: Stripe.Event[]): Promise<void> {
  const outcomes = await Promise.all(page.map((event) => recordFetched(context, recorder, event)));
  found.listed += page.length;
  found.recorded += outcomes.filter((outcome) => outcome !== 'duplicate' && outcome !== 'refused').length;
  found.duplicates += outcomes.filter((outcome) => outcome === 'duplicate').length;
}

/** Redacted and judged as if a webhook had brought it. What the database refuses must not stop what comes behind it. */
export async function recordFetched(
  { mode, now, log }: Pick<RepairContext, 'mode' | 'now' | 'log'>,
  recorder: Recorder,
  event: Stripe.Event,
): Promise<Recorded | 'refused'> {
  try {
    return await recorder.record(readDelivery(Buffer.from(JSON.stringify(event)), mode, now()));
  } catch (error) {
    if (!(error instanceof EventNotStored)) throw error;
    log.error({ err: error, eventId: event.id }, 'an event fetched from Stripe could not be stored');
    return 'refused';
  }
}

async function tellGap(context: RepairContext, { found }: Work, gap: { from: Date; until: Date }): Promise<void> {
  found.gap = gap;
  const days = Math.ceil((gap.until.getTime() - gap.from.getTime()) / DAY_MS);
  context.log.error({ gap }, 'we were away for longer than Stripe keeps events; run "onpaid reconcile"');
  await raiseAlarm(context, {
    causeKey: EVENTS_GAP,
    vendor: 'stripe',
    cause: 'events_gap',
    title: `Stripe no longer lists the events of ${days} ${days === 1 ? 'day' : 'days'} that we missed; run "onpaid reconcile"`,
  });
}

/** Only a reconcile that began after the gap, and saw everybody, makes up for it. */
export async function closeGap(context: RepairContext): Promise<void> {
  await endAlarm(context, EVENTS_GAP);
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
