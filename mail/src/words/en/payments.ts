import { formatMoment, formatMoney } from '../../format.ts';
import type { Letter } from '../../letter.ts';
import type {
  ActionRequiredData,
  OrderFailedData,
  PaymentFailedData,
  RefundedData,
  TrialEndingData,
} from '../../types.ts';
import { type Decline, declineOf } from './declines.ts';
import { forPlan, greet, invoiceFact, planFact, supportLine } from './phrases.ts';

export function paymentFailed(data: PaymentFailedData): Letter {
  const { brand, locale, person, plan, due, failureCode, invoiceNumber, nextAttemptAt, graceEndsAt, payUrl } = data;
  const amount = formatMoney(due, locale);
  const decline = declineOf(failureCode);
  const graceEnd = graceEndsAt && formatMoment(graceEndsAt, locale);
  const nextAttempt = nextAttemptAt && formatMoment(nextAttemptAt, locale);
  return {
    subject: `Your payment of ${amount} to ${brand.name} did not go through`,
    preview: graceEnd ? `You keep your access until ${graceEnd}.` : 'Here is how to fix it.',
    heading: 'Your payment did not go through',
    greeting: greet(person.name),
    paragraphs: [
      `We could not take ${amount}${forPlan(plan)}${decline ? reasonIn(decline) : '.'}`,
      ...(graceEnd
        ? [`You keep your access until ${graceEnd}. If the payment is still open then, access closes.`]
        : []),
      nextAttempt
        ? `We will try again on ${nextAttempt}. To be on the safe side, fix the payment before then, at the link below.`
        : 'We will not try again by ourselves. To pay, use the link below.',
    ],
    facts: [{ label: 'Amount due', value: amount }, ...planFact(plan), ...invoiceFact(invoiceNumber)],
    action: { label: 'Fix the payment', url: payUrl },
    afterAction: ['If you have paid in the meantime, there is nothing left to do.'],
    links: [],
    support: supportLine(brand),
  };
}

function reasonIn({ why, remedy }: Decline): string {
  return remedy === null ? `: ${why}.` : `: ${why}. ${remedy}`;
}

/** Nothing has gone wrong, and the letter sounds like it. */
export function actionRequired(data: ActionRequiredData): Letter {
  const { brand, locale, person, plan, due, invoiceNumber, confirmUrl } = data;
  const amount = formatMoney(due, locale);
  return {
    subject: `Your bank wants you to confirm ${amount} to ${brand.name}`,
    preview: 'Only you can do it. Nothing is charged until then.',
    heading: 'Your bank wants you to confirm this payment',
    greeting: greet(person.name),
    paragraphs: [
      `A payment of ${amount}${forPlan(plan)} is due, and your bank wants to be sure that it is you who pays. Nothing is charged until you confirm.`,
      'Open the invoice at the link below and choose to pay. Your bank then shows you how to confirm.',
    ],
    facts: [{ label: 'Amount due', value: amount }, ...planFact(plan), ...invoiceFact(invoiceNumber)],
    action: { label: 'Confirm the payment', url: confirmUrl },
    afterAction: ['If you have confirmed in the meantime, there is nothing left to do.'],
    links: [],
    support: supportLine(brand),
  };
}

export function orderFailed(data: OrderFailedData): Letter {
  const { brand, locale, person, plan, due, retryUrl } = data;
  const amount = due && formatMoney(due, locale);
  return {
    subject: `Your payment${amount ? ` of ${amount}` : ''} to ${brand.name} did not arrive`,
    preview: 'Your order is not complete. Here is how to order again.',
    heading: 'Your payment did not arrive',
    greeting: greet(person.name),
    paragraphs: [
      // Bank debits, transfers and vouchers all end here, so it is not said whose doing it was.
      `Your payment${amount ? ` of ${amount}` : ''}${forPlan(plan)} did not arrive, so your order is not complete. With some ways to pay, such as a bank debit, this is known only after a few days.`,
      'If you still want it, order again at the link below. You can choose another way to pay there, if you like.',
    ],
    facts: [...(amount ? [{ label: 'Not received', value: amount }] : []), ...planFact(plan)],
    action: { label: 'Order again', url: retryUrl },
    afterAction: ['If your bank statement shows it as paid, write to us before you order again.'],
    links: [],
    support: supportLine(brand),
  };
}

export function trialEnding(data: TrialEndingData): Letter {
  const { brand, locale, person, plan, trialEndsAt, firstCharge, manageUrl } = data;
  const end = formatMoment(trialEndsAt, locale);
  const amount = firstCharge && formatMoney(firstCharge, locale);
  const charge = amount ? `Your first payment of ${amount}, before tax and discounts,` : 'Your first payment';
  return {
    subject: `Your trial of ${brand.name} ends on ${end}`,
    preview: `${amount ? `${amount} is` : 'Your first payment is'} due then, unless you cancel before.`,
    heading: 'Your trial ends soon',
    greeting: greet(person.name),
    paragraphs: [
      `Your trial${plan ? ` of the ${plan.name} plan` : ''} ends on ${end}. ${charge} is due then.`,
      'To go on, see at the link below that your payment details are there. To stop, cancel there before your trial ends, and nothing is charged.',
    ],
    facts: [
      ...planFact(plan),
      { label: 'Trial ends', value: end },
      ...(amount ? [{ label: 'Due then', value: amount }] : []),
    ],
    action: { label: 'Keep or cancel your plan', url: manageUrl },
    afterAction: [],
    links: [],
    support: supportLine(brand),
  };
}

export function refunded(data: RefundedData): Letter {
  const { brand, locale, person, plan, refunded: money, isWhole, invoiceNumber, accountUrl } = data;
  const amount = formatMoney(money, locale);
  return {
    subject: `Your refund of ${amount} from ${brand.name}`,
    preview: 'It usually takes 5 to 10 business days to arrive.',
    heading: 'Your refund is on its way',
    greeting: greet(person.name),
    paragraphs: [
      `We have refunded ${amount}${forPlan(plan)}: ${isWhole ? 'your whole payment' : 'a part of your payment'}.`,
      `It goes back the way you paid. On a card it usually takes 5 to 10 business days${isWhole ? '; some banks show no refund, but take the payment off your statement instead' : ''}.`,
    ],
    facts: [{ label: 'Refunded', value: amount }, ...planFact(plan), ...invoiceFact(invoiceNumber)],
    action: { label: 'See your account', url: accountUrl },
    afterAction: [],
    links: [],
    support: supportLine(brand),
  };
}
