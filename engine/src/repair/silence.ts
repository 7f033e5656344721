import type { LineContext } from '../context.ts';
import { endAlarm, raiseAlarm } from '../effects/alarm.ts';
import { readArrivals } from './missed-store.ts';

/** Stripe delivers within seconds; a receiver that restarts, within minutes. */
const SILENT_AFTER_MS = 15 * 60_000;
const SILENCE = 'stripe:silence';

/**
 * Stripe has had something to say for a quarter of an hour, repair has fetched it, and no webhook has brought that or anything
 * newer. Without this, a removed endpoint looks like a quiet day.
 */
export async function checkSilence(
  context: Pick<LineContext, 'db' | 'now' | 'connections' | 'wake' | 'log'>,
): Promise<'silent' | 'heard'> {
  const before = new Date(context.now().getTime() - SILENT_AFTER_MS);
  const { brought, missing } = await readArrivals(context.db, { before });
  if (missing === null || (brought !== null && brought >= missing)) {
    await endAlarm(context, SILENCE);
    return 'heard';
  }
  context.log.error({ brought, missing }, 'Stripe has events, and no webhook brings them');
  await raiseAlarm(context, {
    causeKey: SILENCE,
    vendor: 'stripe',
    cause: 'silence',
    title: 'Stripe has events and no webhook brings them; what it tells is fetched every five minutes meanwhile',
  });
  return 'silent';
}
