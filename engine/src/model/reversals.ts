import type { Money, World } from './world.ts';

/** Money that goes back, or is contested. */

function charged(world: World, which: number, wanted: (money: Money) => boolean): Money | undefined {
  const all = world.deals.flatMap((deal) => deal.paid).filter((it) => it.chargeId !== null && wanted(it));
  return all.at(-1 - (which % Math.max(all.length, 1)));
}

const isSettled = (money: Money) =>
  money.dispute === 'none' || money.dispute === 'withdrawn' || money.dispute === 'won';

export function refund(world: World, part: 'whole' | 'half', which: number): void {
  const money = charged(world, which, (it) => it.refundedCents < it.cents && isSettled(it));
  if (money?.chargeId == null) return;
  const rest = money.cents - money.refundedCents;
  const amount = part === 'whole' ? rest : Math.min(rest, Math.floor(money.cents / 2));
  const id = world.newId('re');
  money.refundedCents += amount;
  world.make(
    'refund',
    {
      id,
      object: 'refund',
      amount,
      charge: money.chargeId,
      created: world.second,
      currency: 'usd',
      payment_intent: money.paymentId,
      status: 'succeeded',
    },
    'refund.created',
  );
  world.change(money.chargeId, { amount_refunded: money.refundedCents }, 'charge.refunded');
  const effects = [`refunded:${id}@email`, `refunded:${id}@chat`];
  world.note(`${amount} are refunded by ${id}`, effects, () => world.raw(id).status === 'succeeded');
}

export function failRefund(world: World, which: number): void {
  const refunds = [...world.objects.values()].filter((it) => it.kind === 'refund' && it.raw.status === 'succeeded');
  const one = refunds.at(-1 - (which % Math.max(refunds.length, 1)))?.raw;
  const money = charged(world, 0, (it) => it.chargeId === one?.charge);
  if (one === undefined || money?.chargeId == null) return;
  money.refundedCents -= Number(one.amount);
  world.change(one.id, { status: 'failed' }, 'refund.failed', 'charge.refund.updated');
  // No event of those we act on tells of the charge.
  world.change(money.chargeId, { amount_refunded: money.refundedCents }, 'charge.updated');
}

export function openDispute(world: World, as: 'inquiry' | 'dispute', which: number): void {
  const money = charged(world, which, (it) => it.dispute === 'none' && it.refundedCents < it.cents);
  if (money?.chargeId == null) return;
  const id = world.newId('dp');
  money.dispute = as === 'inquiry' ? 'inquiry' : 'open';
  world.change(money.chargeId, { disputed: true });
  world.make(
    'dispute',
    {
      id,
      object: 'dispute',
      amount: money.cents,
      charge: money.chargeId,
      created: world.second,
      currency: 'usd',
      evidence_details: { due_by: world.second + 7 * 86_400 },
      payment_intent: money.paymentId,
      reason: 'fraudulent',
      status: as === 'inquiry' ? 'warning_needs_response' : 'needs_response',
    },
    'charge.dispute.created',
  );
  if (as === 'inquiry') return;
  world.tellOf(id, 'charge.dispute.funds_withdrawn');
  noteOpened(world, id, money);
}

/** An inquiry is answered, or becomes a dispute; a dispute ends one way or another. */
export function closeDispute(world: World, outcome: 'won' | 'lost' | 'withdrawn', which: number): void {
  const money = charged(world, which, (it) => it.dispute === 'open' || it.dispute === 'inquiry');
  const one = [...world.objects.values()].find((it) => it.kind === 'dispute' && it.raw.charge === money?.chargeId)?.raw;
  if (one === undefined || money === undefined) return;
  if (money.dispute === 'inquiry') {
    money.dispute = outcome === 'withdrawn' ? 'withdrawn' : 'open';
    if (money.dispute === 'withdrawn') {
      world.change(one.id, { status: 'warning_closed' }, 'charge.dispute.closed');
      return;
    }
    world.change(one.id, { status: 'needs_response' }, 'charge.dispute.updated', 'charge.dispute.funds_withdrawn');
    noteOpened(world, one.id, money);
    return;
  }
  money.dispute = outcome;
  const status = outcome === 'withdrawn' ? 'prevented' : outcome;
  world.change(one.id, { status }, 'charge.dispute.closed');
  if (outcome === 'won') world.tellOf(one.id, 'charge.dispute.funds_reinstated');
  const effects = [`dispute_closed:${one.id}@helpdesk`, `dispute_closed:${one.id}@chat`];
  world.note(`dispute ${one.id} is ${outcome}`, effects, () => outcome !== 'withdrawn');
}

function noteOpened(world: World, id: string, money: Money): void {
  const effects = [`dispute_opened:${id}@helpdesk`, `dispute_opened:${id}@chat`];
  world.note(`dispute ${id} opens`, effects, () => money.dispute !== 'withdrawn');
}

export function warnOfFraud(world: World, which: number): void {
  const warned = new Set([...world.objects.values()].map((it) => it.kind === 'fraud_warning' && it.raw.charge));
  const money = charged(world, which, (it) => !warned.has(it.chargeId));
  if (money?.chargeId == null) return;
  const id = world.newId('issfr');
  world.make(
    'fraud_warning',
    {
      id,
      object: 'radar.early_fraud_warning',
      actionable: true,
      charge: money.chargeId,
      created: world.second,
      fraud_type: 'made_with_stolen_card',
      payment_intent: money.paymentId,
    },
    'radar.early_fraud_warning.created',
  );
  world.note(`a warning of fraud ${id}`, [`fraud_warning:${id}@chat`], () => true, { unlisted: [id] });
}
