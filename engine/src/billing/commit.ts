import type { LineContext } from '../context.ts';
import { saveCustomers } from '../customers/store.ts';
import type { Tx } from '../db/database.ts';
import { readLiveSince } from '../db/deployment.ts';
import { savePlans } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import type { Circumstances, Decision } from './decide.ts';
import { markProjected } from './event-store.ts';
import { saveObjects, saveTransitions, type TransitionOrigin } from './state-store.ts';
import { type Claim, settleSubjects } from './subject-store.ts';

/** What converging and verifying share: what a decision is made in, and how it is written. */

export async function circumstancesOf(context: LineContext): Promise<Circumstances> {
  const { policy, baseUrl, stripe, connections, db } = context;
  return {
    policy,
    baseUrl,
    slots: new Set(Object.values(connections).map((connection) => connection.slot)),
    liveSince: await readLiveSince(db),
    now: context.now(),
    canVerify: stripe !== null,
  };
}

/** Writes decisions in the transaction that holds their subjects' fences: everything that must be true together. */
export async function writeDecisions(
  tx: Tx,
  mine: { decision: Decision; claim: Claim }[],
  now: Date,
  origin: TransitionOrigin = 'line',
): Promise<void> {
  const each = <T>(list: (decision: Decision) => T[]) =>
    mine.flatMap(({ decision }) => list(decision).map((item) => ({ subjectId: decision.subjectId, item })));

  await saveObjects(
    tx,
    each((it) => it.changed).map(({ subjectId, item: held }) => ({ subjectId, held })),
    now,
  );
  await saveTransitions(
    tx,
    each((it) => it.transitions).map(({ subjectId, item: transition }) => ({ subjectId, transition })),
    { now, origin },
  );
  const known = mine
    .map(({ decision }) => decision)
    .filter((it) => it.isSomebody && Object.keys(it.state.objects).length > 0);
  await saveCustomers(
    tx,
    known.map((it) => ({ ...it, id: it.customerId })),
    now,
  );
  await savePlans(
    tx,
    each((it) => it.effects).map(({ subjectId, item: effect }) => ({ subjectId, effect })),
    now,
  );
  await markProjected(
    tx,
    mine.flatMap(({ decision }) => decision.outcomes),
    now,
  );
  await settleSubjects(
    tx,
    mine.map(({ decision, claim }) => settlementOf(decision, claim, now)),
    now,
  );
  await refreshSync(
    tx,
    known.map((it) => it.subjectId),
  );
}

/** Shortly after the last event of a burst, and never long after its first. */
export const READ_AFTER_MS = 150;
const READ_WITHIN_MS = 2_000;
/** The longest a subject waits to be tried again. */
export const MAX_WAIT_MS = 300_000;

function settlementOf({ subjectId, dueAt, needsRead, isVerified, state }: Decision, claim: Claim, now: Date) {
  const since = claim.verifyWantedSince ?? (needsRead ? now : null);
  const verifyAt = since && new Date(Math.min(now.getTime() + READ_AFTER_MS, since.getTime() + READ_WITHIN_MS));
  return { id: subjectId, done: claim.wanted, dueAt, verifyAt, episodes: state.episodes, isVerified };
}

/** For the row: what failed, without the values PostgreSQL or a schema may quote at length. */
export function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
