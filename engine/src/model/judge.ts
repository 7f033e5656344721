import type { Access } from '../billing/access.ts';
import { handledTypes } from '../billing/event-types.ts';
import type { BillingState, Held } from '../billing/state.ts';
import { catalog } from '../effects/catalog.ts';
import { type Entry, POINTLESS } from './ledger.ts';
import type { Heard } from './post.ts';
import { truthOf } from './truth.ts';
import type { Kind, World } from './world.ts';

/** As much of a line as is judged, in memory or in tables. */
export interface Judged extends Heard {
  world: World;
  line: {
    accessOf(customerId: string): Access | null;
    ledger: { entries: ReadonlyMap<string, Pick<Entry, 'effect' | 'state' | 'reason'>> };
  };
}

/** What a line that has come to rest must show of the world it heard of; each sentence is one thing that is wrong. */

export function judgeObjects(world: World, objects: BillingState['objects'], isReconciled: boolean): string[] {
  const wrong: string[] = [];
  for (const [id, { kind, raw: now }] of world.objects) {
    const held = objects[id];
    // Without a look at Stripe only what an event we act on has told can be believed.
    const raw = isReconciled
      ? now
      : world.told.findLast((it) => it.object.id === id && handledTypes.has(it.type))?.object;
    if (raw === undefined) continue;
    if (held === undefined) {
      if (isReconciled && isListed(world, kind, id)) wrong.push(`nothing is believed of ${id}`);
      continue;
    }
    const [told, believed] = [wordsOf(kind, raw), believedOf(held)];
    if (told !== believed) wrong.push(`${id} is ${told}, and is believed to be ${believed}`);
  }
  for (const id of world.gone) {
    const held = objects[id];
    if (held && !isNobodys(held)) wrong.push(`${id} is gone, and is believed to be there`);
  }
  return wrong;
}

/** Detached, a payment method still exists, and belongs to nobody. */
const isNobodys = ({ deleted, value }: Held) =>
  deleted || (value.kind === 'payment_method' && value.customerId === null);

/** What a look at Stripe finds without having heard of it. */
function isListed(world: World, kind: Kind, id: string): boolean {
  if (kind === 'customer' || kind === 'subscription') return true;
  if (kind === 'invoice') return [...world.objects.values()].filter((it) => it.kind === 'invoice').length <= 20;
  if (kind === 'charge') return Number(world.raw(id).amount_refunded) > 0 || world.raw(id).disputed === true;
  return kind === 'dispute' || (kind === 'refund' && world.raw(id).status === 'succeeded');
}

function wordsOf(kind: Kind, raw: Record<string, unknown>): string {
  switch (kind) {
    case 'customer':
      return `${raw.email}`;
    case 'subscription': {
      const items = (raw.items as { data: { id: string; price: { lookup_key: string }; current_period_end: number }[] })
        .data;
      const each = items.map((it) => `${it.id}=${it.price.lookup_key} to ${it.current_period_end}`);
      return [
        raw.status,
        each,
        raw.cancel_at ?? '-',
        raw.trial_end ?? '-',
        raw.pause_collection === null,
        raw.latest_invoice,
      ].join();
    }
    case 'invoice':
      return [raw.status, raw.amount_due, raw.amount_paid, raw.attempt_count].join();
    case 'checkout':
      return [raw.status, raw.payment_status, raw.subscription ?? '-'].join();
    case 'payment':
      return [raw.status, raw.amount, raw.latest_charge ?? '-'].join();
    case 'charge':
      return [raw.amount, raw.amount_refunded, raw.disputed].join();
    case 'refund':
      return [raw.status, raw.amount].join();
    case 'dispute':
      return [disputeWords[String(raw.status)], raw.amount].join();
    case 'fraud_warning':
      return [raw.charge].join();
    case 'payment_method':
      return [raw.customer].join();
    default:
      return kind satisfies never;
  }
}

const disputeWords: Record<string, string> = {
  warning_needs_response: 'inquiry',
  warning_closed: 'withdrawn',
  prevented: 'withdrawn',
  needs_response: 'open',
  won: 'won',
  lost: 'lost',
};

function believedOf({ value, deleted }: Held): string {
  if (deleted) return 'gone';
  const second = (time: Date | null) => (time === null ? '-' : time.getTime() / 1_000);
  switch (value.kind) {
    case 'customer':
      return `${value.email}`;
    case 'subscription': {
      const each = value.items.map((it) => `${it.id}=${it.lookupKey} to ${second(it.currentPeriodEnd)}`);
      return [
        value.status,
        each,
        second(value.cancelAt),
        second(value.trialEnd),
        !value.collectionPaused,
        value.latestInvoiceId,
      ].join();
    }
    case 'invoice':
      return [value.status, value.amountDueCents, value.amountPaidCents, value.attemptCount].join();
    case 'checkout':
      return [value.status, value.paymentStatus, value.subscriptionId ?? '-'].join();
    case 'payment':
      return [value.status, value.amountCents, value.chargeId ?? '-'].join();
    case 'charge':
      return [value.amountCents, value.refundedCents, value.disputed].join();
    case 'refund':
      return [value.status, value.amountCents].join();
    case 'dispute':
      return [value.status, value.amountCents].join();
    case 'fraud_warning':
      return [value.chargeId].join();
    case 'payment_method':
      return [value.customerId].join();
    default:
      return value.kind;
  }
}

/** The stored decision, and what the account was told of it. */
export function judgeAccess({ world, line, heardOf, anyLost }: Judged): string[] {
  const truth = truthOf(world, world.second, heardOf);
  const access = line.accessOf(world.customerId);
  if (access === null) return truth.code === 'never_paid' ? [] : ['the buyer is not known'];
  // Since when a payment is past due is told by an event alone: where that got lost, grace may begin with the first look.
  const mayWaitLonger = anyLost && truth.code === 'grace_over' && access.reason.code === 'past_due';
  const wrong: string[] = [];
  if (access.reason.code !== truth.code && !mayWaitLonger) {
    wrong.push(`access is ${truth.code}, and is believed to be ${access.reason.code}`);
  }
  if (mayWaitLonger) return wrong;
  if (access.allow !== truth.allow) wrong.push(`access is ${truth.allow}, and is believed to be ${access.allow}`);
  if ([...access.plans].sort().join() !== truth.plans.join()) {
    wrong.push(`plans are ${truth.plans}, and are believed to be ${access.plans}`);
  }
  if (access.grants.join() !== truth.grants.join()) {
    wrong.push(`grants are ${truth.grants}, and are believed to be ${access.grants}`);
  }
  const account = line.ledger.entries.get(`account:${world.customerId}@app`);
  if (account === undefined) return access.allow ? [...wrong, 'there is access and no account'] : wrong;
  const { effect, state } = account;
  if (state !== 'sent') wrong.push(`the account is ${state}`);
  if (effect.kind === 'app.account' && effect.payload.access !== access.allow) wrong.push('the account is out of step');
  return wrong;
}

/**
 * What must have been said, what may have been, and what must not. `isPrompt`: everything came at once and was read at once,
 * so that nothing came and went unseen, and all of it must have been said.
 */
export function judgeEffects(
  { world, line, heardOf, anyLost, endings }: Judged,
  { isPrompt }: { isPrompt: boolean },
): string[] {
  const wrong: string[] = [];
  const may = new Set(world.facts.flatMap((fact) => fact.effects));
  const said = [...line.ledger.entries.values()].filter((it) => it.state !== 'suppressed');
  for (const { effect, state } of said) {
    if (state !== 'sent') wrong.push(`${effect.id} is ${state} for ever`);
    const isEnding = effect.id.startsWith('access_ended:');
    if (!may.has(effect.id) && !isEnding && catalog[effect.kind].shape === 'message')
      wrong.push(`${effect.id} never was`);
  }
  for (const fact of world.facts) {
    const isSeen = fact.stands() && (fact.unlisted.length === 0 || fact.unlisted.some((id) => heardOf.has(id)));
    if (!isSeen && (!isPrompt || fact.isBestEffort)) continue;
    for (const id of fact.effects) {
      const entry = line.ledger.entries.get(id);
      if (
        entry?.state === 'sent' ||
        (entry && isExcused(entry, anyLost ? (fact.since ?? fact.at) : fact.at, world.second))
      )
        continue;
      if (isPrompt && !isSeen && entry?.state === 'suppressed') continue;
      wrong.push(`${id} is ${entry ? `${entry.state} (${entry.reason})` : 'missing'}, though ${fact.what}`);
    }
  }
  const farewells = said.filter((it) => it.effect.kind === 'chat.access_ended').length;
  // Access that was given before we knew that a debit was still on its way, and ended with its subscription, was access to them.
  const given = world.deals.filter((it) => it.standing === 'ended' && it.paid.length === 0).length;
  // An order is in no list: until its session is read, what else gave access is all that did.
  const unread = isPrompt ? 0 : world.deals.filter((it) => it.what === 'order').length;
  if (farewells > endings + given + unread)
    wrong.push(`the end of access was told ${farewells} times, and it ended ${endings} times`);
  if (isPrompt && farewells < endings)
    wrong.push(`access ended ${endings} times, and that was told ${farewells} times`);
  return wrong;
}

/** Too old by the fact's own time, or what follows on something that was not said for that reason. */
function isExcused(
  { effect, state, reason }: Pick<Entry, 'effect' | 'state' | 'reason'>,
  at: number,
  now: number,
): boolean {
  if (state !== 'suppressed') return false;
  const { maxAgeHours } = catalog[effect.kind];
  const isOld = maxAgeHours !== null && now - at >= maxAgeHours * 3_600;
  return (isOld && /hours old/.test(reason ?? '')) || reason === POINTLESS;
}
