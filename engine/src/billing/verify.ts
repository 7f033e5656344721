import type { LineContext } from '../context.ts';
import { readCustomers } from '../customers/store.ts';
import type { Tx } from '../db/database.ts';
import { reviewHeld } from '../effects/plan.ts';
import { readHeld, releaseHeld, suppressHeld } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { circumstancesOf, describe, MAX_WAIT_MS, writeDecisions } from './commit.ts';
import { type Decision, decide } from './decide.ts';
import { moveSubject } from './move-store.ts';
import { isTerminal } from './project.ts';
import type { Snapshot } from './snapshot.ts';
import { type BillingState, objectsOf } from './state.ts';
import {
  type Claim,
  claimVerifications,
  confirmTransitions,
  failVerification,
  lockClaims,
  readableStateFrom,
  readObjects,
  readOwnCheckouts,
  type TransitionOrigin,
} from './store.ts';

/** How many reads wait for Stripe at once. */
const READS_AT_ONCE = 8;
/** Well under the time for which nobody else reads the same subject. */
const READ_TIMEOUT_MS = 20_000;

/** What we believe, confirmed or corrected by Stripe; revocations and held effects wait for this. */
export async function verifySubjects(context: LineContext, { budgetMs }: { budgetMs: number }): Promise<number> {
  if (context.stripe === null) return 0;
  const startedAt = performance.now();
  let count = 0;
  do {
    const claims = await claimVerifications(context.db, READS_AT_ONCE, context.now());
    if (claims.length === 0) break;
    await Promise.all(claims.map((claim) => verifySubject(context, claim)));
    count += claims.length;
  } while (performance.now() - startedAt < budgetMs);
  return count;
}

async function verifySubject(context: LineContext, claim: Claim): Promise<void> {
  if (context.stripe === null) return;
  try {
    const { state, unreadable } = readableStateFrom(claim, await readObjects(context.db, [claim.id]));
    const snapshot = await context.stripe.readSubject(
      claim.id,
      [...openObjects(state), ...unreadable, ...(await readOwnCheckouts(context.db, claim.id, context.now()))],
      AbortSignal.timeout(READ_TIMEOUT_MS),
    );
    context.reached('subject.verified');
    if (snapshot.ownerId === null) await applyRead(context, claim, snapshot);
    else await joinOwner(context, claim, snapshot.ownerId);
  } catch (error) {
    // Waits as long again as it has waited so far, which doubles each time.
    const now = context.now();
    const waitedMs = now.getTime() - (claim.verifyWantedSince ?? now).getTime();
    const retryAt = new Date(now.getTime() + Math.min(Math.max(waitedMs, 1_000), MAX_WAIT_MS));
    context.log.warn({ err: error, subjectId: claim.id, retryAt }, 'a subject could not be read from Stripe');
    await failVerification(context.db, claim, describe(error), retryAt);
  }
}

async function applyRead(context: LineContext, claim: Claim, snapshot: Snapshot): Promise<void> {
  const circumstances = await circumstancesOf(context);
  const { now } = circumstances;
  const decision = await context.db.transaction().execute(async (tx) => {
    // Something came meanwhile: the read is thrown away, and what came has asked for another.
    if ((await lockClaims(tx, [claim])).size === 0) return null;
    const { state: before } = readableStateFrom(claim, await readObjects(tx, [claim.id]));
    const [customer = null] = await readCustomers(tx, [claim.id]);
    const decided = decide({ before, customer, events: [], snapshot }, circumstances);
    await writeRead(tx, claim, decided, { now, origin: 'line' });
    return decided;
  });
  if (decision === null) return;
  context.reached('subject.committed');
  context.wake('effects');
}

/** What a read decided, with what waited for it: transitions are confirmed, held effects released or suppressed. */
export async function writeRead(
  tx: Tx,
  claim: Claim,
  decision: Decision,
  { now, origin }: { now: Date; origin: TransitionOrigin },
): Promise<void> {
  await writeDecisions(tx, [{ decision, claim: { ...claim, verifyWantedSince: null } }], now, origin);
  await confirmTransitions(
    tx,
    claim.id,
    decision.transitions.map((transition) => transition.objectId),
  );
  const { release, suppress } = reviewHeld(await readHeld(tx, claim.id), decision.state, decision.access);
  await releaseHeld(tx, release, now);
  await suppressHeld(tx, suppress, now);
  if (release.length + suppress.length > 0) await refreshSync(tx, [claim.id]);
}

/** The subject stood in for a customer who was not known yet: what it holds is theirs, and they are converged and read anew. */
export async function joinOwner(context: LineContext, claim: Claim, ownerId: string): Promise<void> {
  await context.db.transaction().execute((tx) => moveSubject(tx, claim, ownerId, context.now()));
  context.wake('subjects');
}

/** What may still change, and would be missed if Stripe's lists of recent objects did not hold it. */
function openObjects(state: BillingState): string[] {
  const subscriptions = objectsOf(state, 'subscription').filter((it) => !isTerminal(it));
  const invoices = objectsOf(state, 'invoice').filter((it) => it.status === 'open' || it.status === 'draft');
  const checkouts = objectsOf(state, 'checkout').filter((it) => it.status === 'open' || it.paymentStatus === 'unpaid');
  return [...subscriptions, ...invoices, ...checkouts].map((it) => it.id);
}
