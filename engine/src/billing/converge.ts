import type { LineContext } from '../context.ts';
import { readCustomers, saveCustomers } from '../customers/store.ts';
import type { Tx } from '../db/database.ts';
import { reviewHeld } from '../effects/plan.ts';
import { readHeld, releaseHeld, savePlans, suppressHeld } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { type Circumstances, type Decision, decide } from './decide.ts';
import { moveSubject } from './move-store.ts';
import { isTerminal } from './project.ts';
import type { Snapshot } from './snapshot.ts';
import { type BillingState, objectsOf } from './state.ts';
import {
  type Claim,
  claimSubjects,
  claimVerifications,
  failSubject,
  failVerification,
  lockClaims,
  markProjected,
  readLiveSince,
  readObjects,
  readUnprojected,
  saveObjects,
  saveTransitions,
  settleSubjects,
  stateFrom,
} from './store.ts';

interface Budget {
  budgetMs: number;
  /** At most this many subjects in one transaction. */
  limit: number;
}

/**
 * Converges whatever is due, and reads from Stripe what is to be verified, side by side: neither waits for the other.
 * Returns how many subjects it worked on; 0 means nothing is due now.
 */
export async function drainSubjects(context: LineContext, budget: Budget): Promise<number> {
  const [converged, verified] = await Promise.all([convergeSubjects(context, budget), verifySubjects(context, budget)]);
  return converged + verified;
}

/** Events, and the clock, into state: provisionally, without a word to Stripe. */
export async function convergeSubjects(context: LineContext, budget: Budget): Promise<number> {
  const startedAt = performance.now();
  const isTimeLeft = () => performance.now() - startedAt < budget.budgetMs;
  // Where there is more than one batch, one is decided while the database writes the other.
  const counts = await Promise.all([
    convergeInTurn(context, budget, isTimeLeft),
    convergeInTurn(context, budget, isTimeLeft),
  ]);
  return counts.reduce((sum, count) => sum + count);
}

async function convergeInTurn(context: LineContext, { limit }: Budget, isTimeLeft: () => boolean): Promise<number> {
  let count = 0;
  do {
    // What is wanted is read here, and the events after it: what commits in between is done now and still due.
    const claims = await claimSubjects(context.db, context.workerId, limit, context.now());
    if (claims.length === 0) break;
    context.reached('subject.claimed');
    await convergeBatch(context, claims);
    count += claims.length;
  } while (isTimeLeft());
  return count;
}

/** One transaction for the batch; when it fails, one for each subject, so that a bad one answers for itself alone. */
async function convergeBatch(context: LineContext, claims: Claim[]): Promise<void> {
  try {
    const gathered = await gather(context, claims);
    const circumstances = await circumstancesOf(context);
    const decisions = gathered.map((it) => decide({ ...it, snapshot: null }, circumstances));
    context.reached('subject.projected');
    await commit(context, claims, decisions);
    context.reached('subject.committed');
    afterCommit(context, decisions);
  } catch (error) {
    if (claims.length > 1) {
      for (const claim of claims) await convergeBatch(context, [claim]);
      return;
    }
    for (const claim of claims) await giveBack(context, claim, error);
  }
}

async function giveBack(context: LineContext, claim: Claim, error: unknown): Promise<void> {
  context.log.error(
    { err: error, subjectId: claim.id, failures: claim.failures + 1 },
    'a subject could not be converged',
  );
  const waitMs = Math.min(1_000 * 2 ** claim.failures, MAX_WAIT_MS);
  await failSubject(context.db, claim, describe(error), new Date(context.now().getTime() + waitMs));
}

async function gather({ db }: LineContext, claims: Claim[]) {
  const ids = claims.map((claim) => claim.id);
  const [events, objects, customers] = await Promise.all([
    readUnprojected(db, ids),
    readObjects(db, ids),
    readCustomers(db, ids),
  ]);
  const eventsOf = Map.groupBy(events, (event) => event.subjectId);
  const objectsOfSubject = Map.groupBy(objects, (object) => object.subjectId);
  const customerOf = new Map(customers.map((customer) => [customer.subjectId, customer]));
  return claims.map((claim) => ({
    before: stateFrom(claim, objectsOfSubject.get(claim.id) ?? []),
    customer: customerOf.get(claim.id) ?? null,
    events: eventsOf.get(claim.id) ?? [],
  }));
}

async function circumstancesOf(context: LineContext): Promise<Circumstances> {
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

/** Everything that must be true together, for the subjects whose fence is still ours; the others are somebody else's now. */
async function commit(context: LineContext, claims: Claim[], decisions: Decision[]): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    const ours = await lockClaims(tx, claims);
    const claimOf = new Map(claims.map((claim) => [claim.id, claim]));
    const mine = decisions.flatMap((decision) => {
      const claim = ours.has(decision.subjectId) ? claimOf.get(decision.subjectId) : undefined;
      return claim ? [{ decision, claim }] : [];
    });
    if (mine.length > 0) await write(tx, mine, now);
  });
}

async function write(tx: Tx, mine: { decision: Decision; claim: Claim }[], now: Date): Promise<void> {
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
    now,
  );
  const known = mine.map(({ decision }) => decision).filter((it) => Object.keys(it.state.objects).length > 0);
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
const READ_AFTER_MS = 150;
const READ_WITHIN_MS = 2_000;
const MAX_WAIT_MS = 300_000;

function settlementOf({ subjectId, dueAt, needsRead, isVerified, state }: Decision, claim: Claim, now: Date) {
  const since = claim.verifyWantedSince ?? (needsRead ? now : null);
  const verifyAt = since && new Date(Math.min(now.getTime() + READ_AFTER_MS, since.getTime() + READ_WITHIN_MS));
  return { id: subjectId, done: claim.wanted, dueAt, verifyAt, episodes: state.episodes, isVerified };
}

function afterCommit(context: LineContext, decisions: Decision[]): void {
  for (const { subjectId, unresolved } of decisions) {
    for (const { id, type, reason } of unresolved) {
      context.log.warn({ eventId: id, eventType: type, subjectId, reason }, 'an event was kept but not understood');
    }
  }
  if (decisions.some((decision) => decision.effects.length > 0)) context.wake('effects');
  // A hint only: the sweeper would find the read that is due a little later.
  if (context.stripe !== null) setTimeout(() => context.wake('subjects'), READ_AFTER_MS + 10).unref();
}

/** How many reads wait for Stripe at once. */
const READS_AT_ONCE = 8;
/** Well under the time for which nobody else reads the same subject. */
const READ_TIMEOUT_MS = 20_000;

/** What we believe, confirmed or corrected by Stripe; revocations and held effects wait for this. */
export async function verifySubjects(context: LineContext, { budgetMs }: Pick<Budget, 'budgetMs'>): Promise<number> {
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
    const state = stateFrom(claim, await readObjects(context.db, [claim.id]));
    const snapshot = await context.stripe.readSubject(
      claim.id,
      openObjects(state),
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
    const before = stateFrom(claim, await readObjects(tx, [claim.id]));
    const [customer = null] = await readCustomers(tx, [claim.id]);
    const decided = decide({ before, customer, events: [], snapshot }, circumstances);
    await write(tx, [{ decision: decided, claim: { ...claim, verifyWantedSince: null } }], now);
    const { release, suppress } = reviewHeld(await readHeld(tx, claim.id), decided.state, decided.access);
    await releaseHeld(tx, release, now);
    await suppressHeld(tx, suppress, now);
    if (release.length + suppress.length > 0) await refreshSync(tx, [claim.id]);
    return decided;
  });
  if (decision === null) return;
  context.reached('subject.committed');
  context.wake('effects');
}

/** The subject stood in for a customer who was not known yet: what it holds is theirs, and they are converged and read anew. */
async function joinOwner(context: LineContext, claim: Claim, ownerId: string): Promise<void> {
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

/** For the row: what failed, without the values PostgreSQL or a schema may quote at length. */
function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
