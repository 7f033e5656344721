import type { LineContext } from '../context.ts';
import { readMergedStripeCustomers } from '../customers/alias-store.ts';
import { reviewDecided } from '../customers/doubles.ts';
import { forwardAliased, joinOwner } from '../customers/resolve.ts';
import { readCustomers } from '../customers/store.ts';
import type { Tx } from '../db/database.ts';
import { reviewHeld } from '../effects/review-held.ts';
import { readHeld, releaseHeld, suppressHeld } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { circumstancesOf, describe, MAX_WAIT_MS, writeDecisions } from './commit.ts';
import { belongsToSomebody, type Decision, decide } from './decide.ts';
import { readUntold } from './event-store.ts';
import { isTerminal } from './project.ts';
import type { Snapshot } from './snapshot.ts';
import type { BillingObject, BillingState } from './state.ts';
import { confirmTransitions, readableStateFrom, readObjects, type TransitionOrigin } from './state-store.ts';
import { type Claim, claimVerifications, failVerification, lockClaims } from './subject-store.ts';

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
    const own = await forwardAliased(context, claims);
    await Promise.all(own.map((claim) => verifySubject(context, claim)));
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
      [...(await readKnown(context, state)), ...unreadable],
      AbortSignal.timeout(READ_TIMEOUT_MS),
    );
    context.reached('subject.verified');
    // The subject stood in for a customer who was not known yet: what it holds is theirs.
    const orphans = belongsToSomebody(state) ? [] : Object.keys(state.objects);
    const isHandedOver = snapshot.ownerId !== null && (await joinOwner(context, claim, snapshot.ownerId, orphans));
    if (!isHandedOver) await applyRead(context, claim, snapshot);
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
  const decision = await context.db.transaction().execute(async (tx) => {
    // Something came meanwhile: the read is thrown away, and what came has asked for another.
    if ((await lockClaims(tx, [claim])).size === 0) return null;
    const { state: before } = readableStateFrom(claim, await readObjects(tx, [claim.id]));
    const [customer = null] = await readCustomers(tx, [claim.id]);
    const decided = decide({ before, customer, events: [], snapshot }, circumstances);
    await writeRead(context, tx, claim, decided);
    return decided;
  });
  if (decision === null) return;
  context.reached('subject.committed');
  context.wake('effects');
}

/** What a read decided, with what waited for it: transitions are confirmed, held effects released or suppressed. */
export async function writeRead(
  context: LineContext,
  tx: Tx,
  claim: Claim,
  decision: Decision,
  origin: TransitionOrigin = 'line',
): Promise<void> {
  const now = context.now();
  await writeDecisions(tx, [{ decision, claim: { ...claim, verifyWantedSince: null } }], now, origin);
  await reviewDecided(context, tx, [decision]);
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

/** What the read has to cover beyond the subject itself: whatever may still change, and every customer the buyer is at Stripe. */
export async function readKnown({ db, now }: LineContext, state: BillingState): Promise<string[]> {
  const stripeCustomerIds = await readMergedStripeCustomers(db, state.subjectId);
  const untold = await readUntold(db, { id: state.subjectId, stripeCustomerIds }, now());
  return [...stripeCustomerIds, ...openObjects(state), ...untold];
}

/** What may still change, or what only an event has told of yet, and would be missed if Stripe's lists did not hold it. */
export function openObjects(state: BillingState): string[] {
  const held = Object.values(state.objects).filter((it) => !it.deleted);
  const customers = held.flatMap(({ value }) => ('customerId' in value && value.customerId) || []);
  return [
    ...new Set(customers),
    ...held
      .filter(({ value, confidence }) => mayChange(value, confidence === 'provisional'))
      .map(({ value }) => value.id),
  ];
}

function mayChange(object: BillingObject, isProvisional: boolean): boolean {
  switch (object.kind) {
    case 'customer':
      return true;
    case 'subscription':
      return !isTerminal(object);
    case 'invoice':
      return object.status === 'open' || object.status === 'draft';
    case 'checkout':
      // What a one-time order sold is told by a read alone.
      return (
        object.status === 'open' || object.paymentStatus === 'unpaid' || (isProvisional && object.mode === 'payment')
      );
    case 'payment':
      return object.status === 'processing';
    case 'refund':
      return isProvisional || object.status === 'pending' || object.status === 'requires_action';
    case 'dispute':
      return isProvisional || object.status === 'open' || object.status === 'inquiry';
    case 'charge':
    case 'fraud_warning':
    case 'entitlements':
    case 'product':
    case 'price':
      return isProvisional;
    case 'payment_method':
      return false;
    default:
      return object satisfies never;
  }
}
