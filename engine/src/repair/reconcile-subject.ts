import { access } from '../billing/access.ts';
import { circumstancesOf, describe } from '../billing/commit.ts';
import { type Circumstances, decide } from '../billing/decide.ts';
import { readEvent } from '../billing/event-types.ts';
import type { Snapshot } from '../billing/snapshot.ts';
import { type BillingState, createdAtOf } from '../billing/state.ts';
import {
  type Claim,
  claimForReading,
  failVerification,
  lockClaims,
  readableStateFrom,
  readObjects,
} from '../billing/store.ts';
import { readKnown, writeRead } from '../billing/verify.ts';
import { readAliases } from '../customers/alias-store.ts';
import { joinOwner } from '../customers/resolve.ts';
import { readCustomers, type StoredCustomer } from '../customers/store.ts';
import { summarise } from '../customers/summary.ts';
import type { Database, Tx } from '../db/database.ts';
import type { RepairContext } from './context.ts';
import { causeOf, compareRow, type Difference, findDifferences, type Telling } from './drift.ts';
import {
  type Drift,
  dueCustomerRow,
  ensureSubject,
  lookAtSubject,
  readCustomerRow,
  readTellings,
  saveDrift,
} from './drift-store.ts';

/** `busy`: it is being converged, or something came while Stripe was read. */
export type Reconciled = { status: 'compared'; drift: Drift[] } | { status: 'busy' } | { status: 'joined' };

const READ_TIMEOUT_MS = 60_000;

/**
 * One subject as Stripe has it against what we hold: object by object, and the customer's row against what follows from its
 * objects. What differs is kept with its cause, and healed as any verified read is, in one commit.
 */
export async function reconcileSubject(
  context: RepairContext,
  id: string,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<Reconciled> {
  // A customer who was merged is compared as whom they are now.
  if ((await readAliases(context.db, [id])).has(id)) return { status: 'joined' };
  if (dryRun) return compareOnly(context, await lookAtSubject(context.db, id), signal);
  await ensureSubject(context.db, id);
  const claim = await claimForReading(context.db, id, context.now());
  if (claim === null) return { status: 'busy' };
  try {
    const snapshot = await readWhole(context, claim, signal);
    const isJoined = snapshot.ownerId !== null && (await joinOwner(context, claim, snapshot.ownerId));
    return isJoined ? { status: 'joined' } : await compareAndHeal(context, claim, snapshot);
  } catch (error) {
    // Left to verification, which tries again and says why.
    await failVerification(context.db, claim, describe(error), context.now());
    throw error;
  }
}

async function compareAndHeal(context: RepairContext, claim: Claim, snapshot: Snapshot): Promise<Reconciled> {
  const circumstances = await circumstancesOf(context);
  const { now } = circumstances;
  const drift = await context.db.transaction().execute(async (tx) => {
    if ((await lockClaims(tx, [claim])).size === 0) return null;
    const held = await readHeldBy(tx, claim);
    const { decision, found } = await compare(tx, { claim, snapshot, circumstances, ...held });
    const healed = found.map((it) => ({ ...it, healedAt: now }));
    await writeRead(context, tx, claim, decision, 'reconcile');
    await saveDrift(tx, healed);
    return healed;
  });
  if (drift === null) return { status: 'busy' };
  context.wake('effects');
  return { status: 'compared', drift };
}

/** The same, and nothing is claimed or written. */
async function compareOnly(context: RepairContext, claim: Claim, signal: AbortSignal): Promise<Reconciled> {
  const snapshot = await readWhole(context, claim, signal);
  const circumstances = await circumstancesOf(context);
  const held = await readHeldBy(context.db, claim);
  const { found } = await compare(context.db, { claim, snapshot, circumstances, ...held });
  return { status: 'compared', drift: found };
}

/** Everything we hold is asked for, what is long over too: a row may have been changed behind our back. */
async function readWhole(context: RepairContext, claim: Claim, signal: AbortSignal): Promise<Snapshot> {
  const rows = await readObjects(context.db, [claim.id]);
  const { state, unreadable } = readableStateFrom(claim, rows);
  const known = [...(await readKnown(context, state)), ...unreadable, ...rows.map((row) => row.id)];
  const withinTime = AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)]);
  return context.stripe.readSubject(claim.id, known, withinTime, { depth: 'whole' });
}

async function readHeldBy(db: Database | Tx, claim: Claim) {
  const { state: before } = readableStateFrom(claim, await readObjects(db, [claim.id]));
  const [customer = null] = await readCustomers(db, [claim.id]);
  return { before, customer, row: await readCustomerRow(db, claim.id) };
}

interface Compared {
  claim: Claim;
  snapshot: Snapshot;
  before: BillingState;
  customer: StoredCustomer | null;
  row: Awaited<ReturnType<typeof readCustomerRow>>;
  circumstances: Circumstances;
}

async function compare(db: Database | Tx, { claim, snapshot, before, customer, row, circumstances }: Compared) {
  const inRow = rowDifferences({ claim, before, customer, row, circumstances });
  // A decision that was altered behind our back is put right without a word: nobody gained or lost anything by Stripe's.
  const isTampered = inRow.some((it) => it.field.startsWith('access_'));
  const known =
    customer !== null && isTampered
      ? { ...customer, access: access(before, circumstances.policy, circumstances.now) }
      : customer;
  const decision = decide({ before, customer: known, events: [], snapshot }, circumstances);
  const inObjects = findDifferences(before, decision.state);
  const base = { subjectId: claim.id, foundAt: circumstances.now, healedAt: null };
  const found: Drift[] = [
    ...(await explain(db, { claim, before, after: decision.state, differences: inObjects, circumstances })).map(
      (it) => ({ ...base, ...it }),
    ),
    ...inRow.map((it) => ({ ...base, ...it, cause: 'bug' as const, since: null })),
  ];
  return { decision, found };
}

/** Against what follows from the objects we held, so that what Stripe changed is told once, of its object. */
function rowDifferences({ claim, before, customer, row, circumstances }: Omit<Compared, 'snapshot'>): Difference[] {
  const { policy, now } = circumstances;
  if (Object.keys(before.objects).length === 0) return [];
  // Time has changed the answer, or proof of it is on its way: the row is yet to be written.
  const until = customer?.access.until ?? null;
  if (claim.verifyWantedSince !== null || (until !== null && until <= now)) return [];
  const allowed = access(before, policy, now);
  if (row === null) return [{ objectId: claim.id, kind: 'customer_row', field: 'row', ours: null, stripe: 'present' }];
  const firstPaidAt = customer?.firstPaidAt ?? null;
  return compareRow(row.id, row, dueCustomerRow(summarise(before, allowed, policy), allowed, { firstPaidAt }));
}

async function explain(
  db: Database | Tx,
  options: {
    claim: Claim;
    before: BillingState;
    after: BillingState;
    differences: Difference[];
    circumstances: Circumstances;
  },
): Promise<(Difference & Pick<Drift, 'cause' | 'since'>)[]> {
  const { claim, before, after, differences, circumstances } = options;
  if (differences.length === 0) return [];
  const byObject = Map.groupBy(differences, (it) => it.objectId);
  const rows = await readTellings(db, claim.id, [...byObject.keys()]);
  return [...byObject].flatMap(([id, ofObject]) => {
    const now = after.objects[id];
    if (now === undefined) return [];
    const held = before.objects[id];
    const tellings = rows.filter((row) => row.objectId === id).map(tellingOf);
    const { liveSince } = circumstances;
    const cause = causeOf(ofObject, now.value, { tellings, isHeld: held !== undefined, liveSince });
    const told = tellings.map((it) => it.occurredAt.getTime());
    const newest = told.length === 0 ? null : new Date(Math.max(...told));
    const since = cause === 'missed' ? (held?.stamp.occurredAt ?? createdAtOf(now.value) ?? newest) : newest;
    return ofObject.map((it) => ({ ...it, cause, since }));
  });
}

function tellingOf({
  id,
  type,
  occurredAt,
  isProjected,
  body,
}: Awaited<ReturnType<typeof readTellings>>[number]): Telling {
  const read = readEvent({ id, type, occurredAt, body: body === null ? null : parse(body) });
  return { object: read.ok ? (read.event?.object ?? null) : null, occurredAt, isProjected };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
