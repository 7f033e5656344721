import { access } from '../billing/access.ts';
import { circumstancesOf, describe } from '../billing/commit.ts';
import { type Circumstances, type Decision, decide } from '../billing/decide.ts';
import { readEvent } from '../billing/event-types.ts';
import type { Snapshot } from '../billing/snapshot.ts';
import { type BillingObject, type BillingState, createdAtOf } from '../billing/state.ts';
import { readableStateFrom, readObjects } from '../billing/state-store.ts';
import { type Claim, claimForReading, failVerification, lockClaims } from '../billing/subject-store.ts';
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

/** Passed on the way to money that an invoice, an order or a refund tells of; one call each would be most of a night's. */
const onTheWay: ReadonlySet<BillingObject['kind']> = new Set(['payment', 'charge', 'payment_method']);

/** What we hold is asked for, what is long over too: a row may have been changed behind our back. */
async function readWhole(context: RepairContext, claim: Claim, signal: AbortSignal): Promise<Snapshot> {
  const rows = await readObjects(context.db, [claim.id]);
  const { state, unreadable } = readableStateFrom(claim, rows);
  const held = Object.values(state.objects).flatMap(({ value }) => (onTheWay.has(value.kind) ? [] : value.id));
  const known = [...(await readKnown(context, state)), ...unreadable, ...held];
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

async function compare(db: Database | Tx, compared: Compared) {
  const { claim, snapshot, before, customer, circumstances } = compared;
  const asStored = decide({ before, customer, events: [], snapshot }, circumstances);
  const differences = findDifferences(before, asStored.state);
  const inObjects = await explain(db, { claim, before, after: asStored.state, differences, circumstances });
  const inRow = rowDifferences(compared, asStored);

  // A decision that was altered behind our back is put right without a word: nobody gained or lost anything by Stripe's.
  const isTampered = inRow.some((it) => it.field.startsWith('access_'));
  const isOurs = inObjects.some((it) => it.cause === 'bug' || it.cause === 'unknown');
  const decided = isOurs ? asStored.access : access(before, circumstances.policy, circumstances.now);
  const decision =
    customer !== null && isTampered
      ? decide({ before, customer: { ...customer, access: decided }, events: [], snapshot }, circumstances)
      : asStored;

  const base = { subjectId: claim.id, foundAt: circumstances.now, healedAt: null };
  const found: Drift[] = [
    ...inObjects.map((it) => ({ ...base, ...it })),
    ...inRow.map((it) => ({ ...base, ...it, cause: 'bug' as const, since: null })),
  ];
  return { decision, found };
}

/**
 * The row is wrong where it follows neither from the objects as we held them nor from those of Stripe: what Stripe changed is
 * told once, of its object, and an object that was altered does not accuse a row that was right.
 */
function rowDifferences({ claim, before, customer, row, circumstances }: Compared, decided: Decision): Difference[] {
  const { policy, now } = circumstances;
  if (Object.keys(before.objects).length === 0) return [];
  // Time has changed the answer, or proof of it is on its way: the row is yet to be written.
  const until = customer?.access.until ?? null;
  if (claim.verifyWantedSince !== null || (until !== null && until <= now)) return [];
  if (row === null) return [{ objectId: claim.id, kind: 'customer_row', field: 'row', ours: null, stripe: 'present' }];
  const kept = { firstPaidAt: customer?.firstPaidAt ?? null };
  const allowed = access(before, policy, now);
  const fromHeld = compareRow(row.id, row, dueCustomerRow(summarise(before, allowed, policy), allowed, kept));
  const unlikeHeld = new Set(fromHeld.map((it) => it.field));
  const fromStripe = compareRow(row.id, row, dueCustomerRow(decided.summary, decided.access, kept));
  return fromStripe.filter((it) => unlikeHeld.has(it.field));
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
