import { plansOf } from '../billing/access.ts';
import { type BillingState, objectsOf, type Subscription } from '../billing/state.ts';
import type { Policy } from '../config.ts';
import type { LineContext } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { announce } from '../effects/settle.ts';
import { closeIssues, openIssue } from './double-store.ts';

/** Several live subscriptions to one plan: nobody wants to pay twice, and only a person may end one and give money back. */
export interface DoubledPlan {
  key: string;
  name: string;
  /** The oldest first. */
  subscriptionIds: string[];
}

/** Which plans are paid for more than once and will go on being so: what ends by itself is dealt with already. */
export function doubledPlans(state: BillingState, policy: Policy): DoubledPlan[] {
  const live = objectsOf(state, 'subscription')
    .filter((it) => isLive(it) && it.cancelAt === null && !it.cancelAtPeriodEnd)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  return policy.plans
    .map(({ key, name }) => ({
      key,
      name,
      subscriptionIds: live.filter((it) => plansOf(it, policy).includes(key)).map((it) => it.id),
    }))
    .filter((plan) => plan.subscriptionIds.length > 1);
}

function isLive({ status }: Subscription): boolean {
  return status === 'active' || status === 'trialing' || status === 'past_due';
}

type ReviewContext = Pick<LineContext, 'now' | 'connections' | 'policy'>;
interface Reviewed {
  customerId: string;
  state: BillingState;
}

/** After converging. Who never had two subscriptions costs nothing here. */
export async function reviewDecided(context: ReviewContext, tx: Tx, decided: Reviewed[]): Promise<void> {
  const several = decided.filter(({ state }) => objectsOf(state, 'subscription').length > 1);
  if (several.length > 0) await reviewDoubles(context, tx, several);
}

/** Opens an issue for each customer who pays twice for one plan, and closes it when that is over. */
export async function reviewDoubles(context: ReviewContext, tx: Tx, reviewed: Reviewed[]): Promise<void> {
  const over: string[] = [];
  for (const { customerId, state } of reviewed) {
    const [doubled] = doubledPlans(state, context.policy);
    if (doubled === undefined) {
      over.push(customerId);
      continue;
    }
    const issue = await openIssue(tx, customerId, titleOf(customerId, doubled), context.now());
    if (issue !== null) await announce(context, tx, 'chat.issue_opened', issue);
  }
  await closeDoubles(context, tx, over);
}

export async function closeDoubles(
  context: Pick<LineContext, 'now' | 'connections'>,
  tx: Tx,
  customerIds: string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  for (const issue of await closeIssues(tx, customerIds, context.now())) {
    await announce(context, tx, 'chat.issue_resolved', issue);
  }
}

function titleOf(customerId: string, { name, subscriptionIds }: DoubledPlan): string {
  const newest = subscriptionIds.at(-1);
  return `Customer ${customerId} pays ${subscriptionIds.length} times for ${name} (${subscriptionIds.join(', ')}); cancel and refund the newer, ${newest}`;
}
