import type { LineContext } from '../context.ts';
import { reviewDecided } from '../customers/doubles.ts';
import { forwardAliased, joinByReference } from '../customers/resolve.ts';
import { readCustomers } from '../customers/store.ts';
import { circumstancesOf, describe, MAX_WAIT_MS, READ_AFTER_MS, writeDecisions } from './commit.ts';
import { type Decision, decide } from './decide.ts';
import { readUnprojected } from './event-store.ts';
import { readObjects, stateFrom } from './state-store.ts';
import { type Claim, claimSubjects, failSubject, lockClaims } from './subject-store.ts';
import { verifySubjects } from './verify.ts';

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
    const [own, gathered] = await Promise.all([forwardAliased(context, claims), gather(context, claims)]);
    const isOwn = new Set(own.map((claim) => claim.id));
    const circumstances = await circumstancesOf(context);
    const decided = gathered
      .filter((it) => isOwn.has(it.before.subjectId))
      .map((it) => decide({ ...it, snapshot: null }, circumstances));
    const decisions = await withoutGuestsOf(context, own, decided);
    context.reached('subject.projected');
    await commit(context, own, decisions);
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

/** A guest whose objects refer to somebody we know is theirs: handed over, and decided anew with all that they hold. */
async function withoutGuestsOf(context: LineContext, claims: Claim[], decisions: Decision[]): Promise<Decision[]> {
  const states = new Map(decisions.map((decision) => [decision.subjectId, decision.state]));
  const guests = claims.flatMap((claim) => {
    const state = states.get(claim.id);
    return state ? [{ claim, state }] : [];
  });
  const handedOver = await joinByReference(context, guests);
  return decisions.filter((decision) => !handedOver.has(decision.subjectId));
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
    if (mine.length === 0) return;
    await writeDecisions(tx, mine, now);
    await reviewDecided(
      context,
      tx,
      mine.map((it) => it.decision),
    );
  });
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
