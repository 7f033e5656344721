import type { Access } from './access.ts';
import { isTerminal } from './project.ts';
import { type BillingState, objectsOf, type Subscription } from './state.ts';

/** Stripe says so three days before a trial ends; we notice by ourselves, so a lost event loses no notice. */
const TRIAL_NOTICE_MS = 3 * 86_400_000;
/** What should have changed at Stripe and has not yet is asked for again after this long. */
const ASK_AGAIN_MS = 600_000;

/** The next moment at which time alone changes what is true or what is to be said; null when only an event can. */
export function nextMoment(state: BillingState, access: Access, now: Date): Date | null {
  const moments = [access.until, ...objectsOf(state, 'subscription').flatMap((it) => momentsOf(it, now))];
  const coming = moments.filter((moment) => moment !== null).filter((moment) => moment > now);
  return coming.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

/** The customer should be told now that the trial ends and money will be asked for. */
export function isTrialEnding({ status, trialEnd }: Subscription, now: Date): boolean {
  return status === 'trialing' && trialEnd !== null && trialEnd > now && noticeAt(trialEnd) <= now;
}

/** Something should have changed at Stripe by now, and as far as we know it has not. */
export function isOverdue(state: BillingState, now: Date): boolean {
  return objectsOf(state, 'subscription').some((it) => turningPoints(it).some((moment) => moment <= now));
}

function momentsOf(subscription: Subscription, now: Date): Date[] {
  const { status, trialEnd } = subscription;
  const notice = status === 'trialing' && trialEnd !== null ? [noticeAt(trialEnd)] : [];
  const turns = turningPoints(subscription);
  const again = turns.some((moment) => moment <= now) ? [new Date(now.getTime() + ASK_AGAIN_MS)] : [];
  return [...notice, ...turns, ...again];
}

/** When Stripe changes it without anybody's doing. */
function turningPoints(subscription: Subscription): Date[] {
  const { status, trialEnd, cancelAt, collectionPaused, collectionResumesAt } = subscription;
  if (isTerminal(subscription)) return [];
  const turns = [status === 'trialing' ? trialEnd : null, cancelAt, collectionPaused ? collectionResumesAt : null];
  return turns.filter((moment) => moment !== null);
}

function noticeAt(trialEnd: Date): Date {
  return new Date(trialEnd.getTime() - TRIAL_NOTICE_MS);
}
