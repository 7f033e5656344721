import type { AccessReason } from '../billing/access.ts';
import type { Deal, Money, World } from './world.ts';

/**
 * What is true of a buyer, said plainly over the world's own deals: it knows none of the objects and asks the engine nothing.
 * The policy is the default one: a week of grace, nothing while a debit is on its way, nothing after a whole refund or a lost
 * dispute.
 */
export interface Truth {
  allow: boolean;
  code: AccessReason['code'];
  plans: string[];
  grants: string[];
}

const GRACE_SECONDS = 7 * 86_400;
export const grantsOf: Record<string, string[]> = {
  starter: ['app'],
  team: ['app', 'team'],
  forever: ['app', 'archive'],
};

/** The better reason is told: first what gives access, then what nearly does. */
const bestFirst: AccessReason['code'][] = [
  ...(['lifetime', 'active', 'trialing', 'canceling', 'past_due', 'paused'] as const),
  ...(['payment_processing', 'grace_over', 'unpaid', 'payment_pending', 'payment_failed'] as const),
  ...(['dispute_lost', 'refunded', 'ended', 'never_paid'] as const),
];

/** Orders are in no list that Stripe gives us: `heardOf` leaves out those of which no event came. */
export function truthOf(world: World, now: number, heardOf?: ReadonlySet<string>): Truth {
  const deals = world.deals.filter((it) => it.what !== 'order' || (heardOf?.has(it.id) ?? true));
  const verdicts = deals.map((deal) => ({ plan: deal.plan, ...verdictOn(deal, now) }));
  const allowing = verdicts.filter((it) => it.allow);
  const told = (allowing.length > 0 ? allowing : verdicts).map((it) => it.code);
  const plans = [...new Set(allowing.map((it) => it.plan))].sort();
  return {
    allow: allowing.length > 0,
    code: bestFirst.find((code) => told.includes(code)) ?? 'never_paid',
    plans,
    grants: [...new Set(plans.flatMap((plan) => grantsOf[plan] ?? []))].sort(),
  };
}

function verdictOn(deal: Deal, now: number): { allow: boolean; code: AccessReason['code'] } {
  const code = codeOf(deal, now);
  const allow = ['lifetime', 'active', 'trialing', 'canceling', 'past_due'].includes(code) || isPausedByUs(deal, code);
  if (!allow) return { allow, code };
  const money = payingFor(deal);
  if (money?.dispute === 'lost') return { allow: false, code: 'dispute_lost' };
  if (money !== undefined && money.refundedCents >= money.cents) return { allow: false, code: 'refunded' };
  return { allow, code };
}

const isPausedByUs = (deal: Deal, code: string) => code === 'paused' && deal.collectionPaused;

function codeOf(deal: Deal, now: number): AccessReason['code'] {
  switch (deal.standing) {
    case 'bought':
      return 'lifetime';
    case 'failed':
      return 'payment_failed';
    case 'incomplete':
      return deal.what === 'order' ? 'payment_processing' : 'payment_pending';
    case 'never':
      return 'never_paid';
    case 'ended':
      return 'ended';
    case 'unpaid':
      return 'unpaid';
    case 'paused':
      return 'paused';
    case 'past_due':
      // Grace is for who has paid before, if only nothing.
      if (deal.paid.length === 0) return 'payment_failed';
      return (deal.pastDueSince ?? now) + GRACE_SECONDS <= now ? 'grace_over' : 'past_due';
    case 'active':
    case 'trialing':
      if (deal.waits) return 'payment_processing';
      if (deal.collectionPaused) return 'paused';
      return deal.cancelAt === null ? deal.standing : 'canceling';
    default:
      return deal.standing satisfies never;
  }
}

/** The newest money that pays for a period; where none does, the newest at all. */
function payingFor(deal: Deal): Money | undefined {
  const paid = deal.paid.filter((it) => it.cents > 0);
  return paid.find((it) => !it.isProration) ?? paid[0];
}
