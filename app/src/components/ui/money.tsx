import { formatMoney } from './format-money';

/** An amount as Stripe gives it: a whole number of the currency's smallest unit. */
export function Money(props: { amountCents: number; currency: string; className?: string | undefined }) {
  return <span className={props.className}>{formatMoney(props.amountCents, props.currency)}</span>;
}
