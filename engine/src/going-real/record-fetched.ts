import { handledTypes } from '../billing/event-types.ts';
import type { Mode } from '../config.ts';
import { readDelivery } from '../receive/delivery.ts';
import type { Recorder } from '../receive/record.ts';

/** An event as Stripe's list gives it: the same document that a webhook would have carried. */
export interface FetchedEvent {
  id: string;
  type: string;
}

/**
 * Records events that were asked for instead of delivered, through the door deliveries come in by: what is known already is a
 * duplicate, whichever way it came first. Types no endpoint of ours would be sent are left out. Returns the ids that were new.
 */
export async function recordFetched(
  recorder: Recorder,
  events: readonly FetchedEvent[],
  circumstances: { mode: Mode; now: Date },
): Promise<string[]> {
  const wanted = events.filter((event) => handledTypes.has(event.type));
  const recorded = await Promise.all(
    wanted.map((event) => {
      const body = Buffer.from(JSON.stringify(event));
      return recorder.record(readDelivery(body, circumstances.mode, circumstances.now));
    }),
  );
  return wanted.filter((_, index) => recorded[index] !== 'duplicate').map((event) => event.id);
}
