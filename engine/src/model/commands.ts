import fc from 'fast-check';

/** What may happen to a buyer. A command for which there is nothing to do does nothing, so that every list is a life. */
export type Command =
  | { do: 'buy'; plan: 'starter' | 'team'; by: 'card' | 'declined card' | 'card to confirm' | 'bank debit' | 'coupon' }
  | { do: 'try'; plan: 'starter' | 'team'; days: 2 | 14; hasCard: boolean }
  | { do: 'order'; by: 'card' | 'bank debit' }
  | { do: 'settle'; ends: 'arrives' | 'bounces' }
  | { do: 'renew'; by: 'card' | 'declined card' | 'card to confirm' }
  | { do: 'retry'; ends: 'paid' | 'declined' | 'to confirm' }
  | { do: 'give up'; to: 'unpaid' | 'canceled' }
  | { do: 'change plan' }
  | { do: 'cancel at period end' }
  | { do: 'undo cancel' }
  | { do: 'cancel now' }
  | { do: 'pause' }
  | { do: 'resume' }
  | { do: 'end trial' }
  | { do: 'refund'; part: 'whole' | 'half' }
  | { do: 'refund fails' }
  | { do: 'dispute'; as: 'inquiry' | 'dispute' }
  | { do: 'close dispute'; outcome: 'won' | 'lost' | 'withdrawn' }
  | { do: 'warn of fraud' }
  | { do: 'attach card' }
  | { do: 'detach card' }
  | { do: 'change e-mail' }
  | { do: 'delete customer' }
  | { do: 'wait'; days: number };

/** `which` of several it is about, counted from the newest; `pause` seconds pass before it. */
export type Step = Command & { which: number; pause: number };

const plan = fc.constantFrom('team' as const, 'starter' as const);
const simple = <D extends Command['do']>(name: D) => fc.constant({ do: name });

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('buy' as const),
      plan,
      by: fc.constantFrom(...(['card', 'declined card', 'card to confirm', 'bank debit', 'coupon'] as const)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('try' as const),
      plan,
      days: fc.constantFrom(14 as const, 2 as const),
      hasCard: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      by: fc.constantFrom('card' as const, 'bank debit' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      ends: fc.constantFrom('arrives' as const, 'bounces' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('renew' as const),
      by: fc.constantFrom('card' as const, 'declined card' as const, 'card to confirm' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('retry' as const),
      ends: fc.constantFrom('paid' as const, 'declined' as const, 'to confirm' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('give up' as const),
      to: fc.constantFrom('unpaid' as const, 'canceled' as const),
    }),
  },
  { weight: 2, arbitrary: simple('change plan') },
  { weight: 2, arbitrary: simple('cancel at period end') },
  { weight: 2, arbitrary: simple('undo cancel') },
  { weight: 1, arbitrary: simple('cancel now') },
  { weight: 1, arbitrary: simple('pause') },
  { weight: 1, arbitrary: simple('resume') },
  { weight: 1, arbitrary: simple('end trial') },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      part: fc.constantFrom('whole' as const, 'half' as const),
    }),
  },
  { weight: 1, arbitrary: simple('refund fails') },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('dispute' as const),
      as: fc.constantFrom('dispute' as const, 'inquiry' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('close dispute' as const),
      outcome: fc.constantFrom('won' as const, 'lost' as const, 'withdrawn' as const),
    }),
  },
  { weight: 1, arbitrary: simple('warn of fraud') },
  { weight: 1, arbitrary: simple('attach card') },
  { weight: 1, arbitrary: simple('detach card') },
  { weight: 1, arbitrary: simple('change e-mail') },
  { weight: 1, arbitrary: simple('delete customer') },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(1, 3, 8) }) },
);

/** A life: what happens, in order. Shrinks to fewer and simpler steps. */
export function lives(options: { maxLength: number; pauses: readonly number[] }): fc.Arbitrary<Step[]> {
  const step = fc
    .tuple(command, fc.nat({ max: 2 }), fc.constantFrom(...options.pauses))
    .map(([what, which, pause]): Step => ({ ...what, which, pause }));
  return fc.array(step, { maxLength: options.maxLength });
}

/** As a person would say it. */
export function inWords({ do: verb, which, pause, ...how }: Step): string {
  const details = Object.entries(how).map(([key, value]) =>
    key === 'by' || key === 'to' || key === 'as' ? `${key} ${value}` : `${key}: ${value}`,
  );
  const when = pause > 0 ? `after ${pause} s, ` : '';
  const whom = which > 0 ? ` (number ${which} from the newest)` : '';
  return `${when}${[verb, ...details].join(' ')}${whom}`;
}
