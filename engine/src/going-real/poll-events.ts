import type { Logger } from 'pino';
import { handledTypes } from '../billing/event-types.ts';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { Mode } from '../config.ts';
import type { Database } from '../db/database.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Recorder } from '../receive/record.ts';
import { recordFetched } from '../repair/missed.ts';
import { readSeenUntil, writeSeenUntil } from './poll-store.ts';

export interface EventPolling {
  db: Database;
  calls: StripeCalls;
  recorder: Recorder;
  mode: Mode;
  log: Logger;
  now(): Date;
}

const POLL_EVERY_MS = 2_000;
const ROUND_TIMEOUT_MS = 60_000;
/** Stripe's list shows an event a little later than its time says; what is seen twice is a duplicate and costs nothing. */
const OVERLAP_SECONDS = 60;

/** Where no webhook can reach us: asks Stripe every two seconds what happened, and less often while it does not answer. */
export function startEventPolling(polling: EventPolling): Loop {
  return startLoop('poll', () => pollEvents(polling, AbortSignal.timeout(ROUND_TIMEOUT_MS)), {
    everyMs: POLL_EVERY_MS,
    log: polling.log,
  });
}

/** Records what Stripe lists since the last time. Returns how many events were new. */
export async function pollEvents(polling: EventPolling, signal: AbortSignal): Promise<number> {
  const { db, calls, recorder, log } = polling;
  const seenUntil = await readSeenUntil(db);
  const gte = Math.floor(seenUntil.getTime() / 1_000) - OVERLAP_SECONDS;
  let newest = 0;
  let count = 0;
  for await (const page of calls.pages('events', signal, (stripe, cursor) =>
    stripe.events.list({ created: { gte }, limit: 100, ...cursor }),
  )) {
    newest = Math.max(newest, ...page.map((event) => event.created));
    // An endpoint of ours would be sent these, and no others.
    const handled = page.filter((event) => handledTypes.has(event.type)).toReversed();
    const outcomes = await Promise.all(handled.map((event) => recordFetched(polling, recorder, event)));
    count += outcomes.filter((outcome) => outcome !== 'duplicate' && outcome !== 'refused').length;
  }
  // Only now: the list is newest first, and a round that breaks off has not seen its end.
  if (newest > 0) await writeSeenUntil(db, new Date(newest * 1_000));
  if (count > 0) log.info({ count }, 'events were asked for and recorded');
  return count;
}
