import type { LineContext } from '../context.ts';
import type { Tx } from '../db/database.ts';
import type { Failure, Guarantee } from './connection.ts';
import { renewIssue, settleIssues } from './issue-store.ts';
import { type IssueRow, type IssueSubject, issueNotice } from './issues.ts';
import {
  type Attempt,
  type EffectRow,
  endAttempt,
  type KeptFailure,
  type LockedEffect,
  readLocked,
  writeSettlement,
} from './ledger-store.ts';
import { type Answer, decideOutcome, type Outcome } from './outcome.ts';
import { recognisesRepeats } from './recovery.ts';
import { lockWithCustomers, savePlan, wakeChildren } from './store.ts';
import { hastenSlot } from './sweep-store.ts';
import { refreshSync } from './sync-store.ts';

/** One call that ended, and what it was about. */
export interface Ended {
  /** As it was claimed. */
  effect: EffectRow;
  guarantee: Guarantee;
  attempt: Attempt;
  answer: Answer;
  /** Hash of the state that was sent; null for messages. */
  hash: string | null;
  /** Sent again though the answer to an earlier send was lost, to a vendor that cannot tell. */
  mayRepeat: boolean;
  circuitOpen: boolean;
}

/**
 * What came of a call, in one commit: the attempt, the effect, whatever waited for it, issues, and the customer's row. An
 * answer that comes after another worker has taken over is kept as late.
 */
export async function settle(context: LineContext, ended: Ended): Promise<'settled' | 'late' | 'duplicate'> {
  const { effect, attempt, answer } = ended;
  const now = context.now();
  const result = await context.db.transaction().execute(async (tx) => {
    await lockWithCustomers(tx, [effect.id]);
    const row = await readLocked(tx, effect.id);
    if (row === null) throw new Error(`Effect ${effect.id} is not in the ledger, though a call for it has ended.`);
    const isLate = row.fence !== effect.fence || (row.state !== 'sending' && row.state !== 'resolving');
    const outcome = decideOutcome(
      {
        shape: effect.shape,
        guarantee: ended.guarantee,
        wasUnknown: effect.state === 'unknown',
        failedAttempts: row.failed_attempts,
        limitedSince: row.limited_since,
        emptyLooks: row.empty_looks,
      },
      answer,
      {
        now,
        random: Math.random(),
        issueAfterAttempts: context.policy.issueAfterAttempts,
        circuitOpen: ended.circuitOpen,
      },
    );
    await endAttempt(tx, attempt, { ...describe(answer, outcome), isLate, now });
    if (isLate) return settleLate(context, tx, row, outcome, ended);

    const hadArrived = row.accepted_sends > 0;
    const repeated = hadArrived && outcome.recorded === 'sent' && !recognisesRepeats(ended.guarantee);
    const applied =
      ended.hash === null || outcome.next.state !== 'sent' ? null : { version: effect.version, hash: ended.hash };
    // An earlier send has answered after all: nothing that this one says can undo it.
    const settled = hadArrived && outcome.next.state !== 'sent' ? arrivedAfterAll(outcome) : outcome;
    await conclude(context, tx, row, { outcome: settled, applied, reason: repeated ? REPEATED : noteOf(ended) });
    return repeated ? 'duplicate' : 'settled';
  });
  report(context, ended, result);
  context.wake('effects');
  return result;
}

/** Settles what needed no call: a state that is in step already, what must be parked, what could not be prepared. */
export async function settleWithoutCall(
  context: LineContext,
  effect: EffectRow,
  decided: { outcome: Outcome; applied?: { version: number; hash: string }; reason?: string; cause?: IssueSubject },
): Promise<void> {
  await context.db.transaction().execute(async (tx) => {
    await lockWithCustomers(tx, [effect.id]);
    const row = await readLocked(tx, effect.id);
    if (row === null || row.fence !== effect.fence || row.version !== effect.version) return;
    await conclude(context, tx, row, { applied: null, reason: null, ...decided });
  });
  context.wake('effects');
}

const REPEATED = 'Two sends were accepted: it may have arrived twice.';

/** The late word settles what is undecided; where another send was accepted meanwhile, that is said. */
async function settleLate(
  context: LineContext,
  tx: Tx,
  row: LockedEffect,
  outcome: Outcome,
  { guarantee }: Ended,
): Promise<'late' | 'duplicate'> {
  if (row.shape === 'state' || outcome.recorded !== 'sent') return 'late';
  if (row.state === 'sent') {
    // Found by a look, or vouched for by a person: that was this very send.
    if (row.accepted_sends === 0 || recognisesRepeats(guarantee)) return 'late';
    await conclude(context, tx, row, { outcome, applied: null, reason: REPEATED });
    return 'duplicate';
  }
  // What another worker is asking about right now is settled by that worker, who will see this attempt.
  if (row.state === 'sending' || row.state === 'resolving') return 'late';
  await conclude(context, tx, row, { outcome, applied: null, reason: 'The answer came late: it had arrived.' });
  return 'late';
}

function noteOf({ answer, mayRepeat }: Ended): string | null {
  if (!answer.result.ok) return null;
  return answer.result.value?.note ?? (mayRepeat ? 'Sent again after a lost answer: it may have arrived twice.' : null);
}

function arrivedAfterAll(outcome: Outcome): Outcome {
  return { ...outcome, next: { state: 'sent', remoteId: null }, failure: null, failedAttempts: 0, issueCause: null };
}

interface Conclusion {
  outcome: Outcome;
  applied: { version: number; hash: string } | null;
  reason: string | null;
  /** Who is at fault, when it is not the vendor. */
  cause?: IssueSubject;
}

async function conclude(context: LineContext, tx: Tx, row: EffectRow, conclusion: Conclusion): Promise<void> {
  const { outcome, applied, reason } = conclusion;
  const now = context.now();
  const connection = context.connections[row.slot];
  const atFault = { slot: row.slot, vendor: connection?.vendor ?? row.slot, label: connection?.label ?? row.slot };
  const { next } = outcome;
  await writeSettlement(
    tx,
    row.id,
    {
      next,
      failure:
        next.state === 'sent' ? null : keepFailure(row.failure, outcome.failure, conclusion.cause ?? atFault, now),
      failedAttempts: outcome.failedAttempts,
      limitedSince: outcome.limitedSince,
      reason,
      applied,
    },
    now,
  );
  if (outcome.issueCause !== null) {
    const cause = conclusion.cause ?? { ...atFault, cause: outcome.issueCause };
    await raiseIssue(context, tx, cause, row.id);
  }
  if (next.state === 'sent') {
    await announceResolved(context, tx, [row.id]);
    if (row.failed_attempts > 0) await hastenSlot(tx, row.slot, now);
  }
  if (next.state === 'sent' || next.state === 'dead') await wakeChildren(tx, [row.id], now);
  await refreshSync(tx, row.subject_id === null ? [] : [row.subject_id]);
}

/** Opens the issue of this cause and says so, or renews the one that is open. */
export async function raiseIssue(
  context: Pick<LineContext, 'now' | 'connections'>,
  tx: Tx,
  cause: IssueSubject,
  effectId: string,
): Promise<void> {
  const { issue, isNew } = await renewIssue(tx, cause, effectId, context.now());
  if (isNew) await announce(context, tx, 'chat.issue_opened', issue);
}

/** Closes the issues that these effects were the last to hold open, and says so. */
export async function announceResolved(
  context: Pick<LineContext, 'now' | 'connections'>,
  tx: Tx,
  effectIds: string[],
): Promise<void> {
  for (const issue of await settleIssues(tx, effectIds, context.now())) {
    await announce(context, tx, 'chat.issue_resolved', issue);
  }
}

/** Where chat is connected, the issue's opening or end is said there. */
export async function announce(
  context: Pick<LineContext, 'now' | 'connections'>,
  tx: Tx,
  kind: 'chat.issue_opened' | 'chat.issue_resolved',
  issue: IssueRow,
): Promise<void> {
  const notice = issueNotice(kind, issue, context.now());
  if (notice !== null && context.connections.chat) await savePlan(tx, null, [notice], context.now());
}

function keepFailure(
  before: KeptFailure | null,
  failure: Failure | null,
  { vendor, label }: { vendor: string; label: string },
  now: Date,
): KeptFailure | null {
  if (failure === null) return before;
  const at = now.toISOString();
  const { kind, reason, status = null } = failure;
  return { kind, reason, status, vendor, label, since: before?.since ?? at, at };
}

function describe({ result }: Answer, outcome: Outcome) {
  return {
    outcome: outcome.recorded,
    status: (result.ok ? result.value?.status : result.failure.status) ?? null,
    reason: result.ok ? (result.value?.note ?? null) : result.failure.reason,
    vendorRequestId: result.ok ? (result.value?.vendorRequestId ?? null) : null,
  };
}

function report(context: LineContext, { effect, attempt, answer }: Ended, result: string): void {
  const facts = {
    effect: effect.id,
    subject: effect.subject_id,
    attempt: attempt.number,
    purpose: answer.purpose,
    tookMs: context.now().getTime() - attempt.startedAt.getTime(),
    ...(answer.result.ok ? {} : { failure: answer.result.failure.kind, why: answer.result.failure.reason }),
  };
  if (result === 'duplicate') context.log.warn(facts, REPEATED);
  else if (answer.result.ok) context.log.info(facts, result === 'late' ? 'an answer came late' : 'effect done');
  else context.log.warn(facts, 'effect failed; the ledger says what happens next');
}
