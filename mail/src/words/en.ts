import { addressableName, formatMoment, formatMoney } from '../format.ts';
import type { Fact, Letter, Link } from '../letter.ts';
import type { AccessEndedData, Brand, PaymentFailedData, SignInLinkData, WelcomeData } from '../types.ts';

/** Stripe's decline codes, as one would say them to the person who pays. */
const whyDeclined: Record<string, string> = {
  authentication_required: 'your bank wants you to confirm it first',
  card_declined: 'your bank declined the card',
  do_not_honor: 'your bank declined the card',
  expired_card: 'the card has expired',
  generic_decline: 'your bank declined the card',
  incorrect_cvc: 'the card’s security code did not match',
  insufficient_funds: 'there was not enough money in the account',
  lost_card: 'your bank declined the card',
  processing_error: 'the bank had a technical problem',
  stolen_card: 'your bank declined the card',
};

/** Why access was closed, by the code of the access decision. */
const whyEnded: Record<string, string> = {
  disputed: 'because the payment is disputed',
  ended: 'because the subscription ended',
  grace_over: 'because the payment stayed open',
  paused: 'because the subscription is paused',
  refunded: 'because the payment was refunded',
  unpaid: 'because the payment stayed open',
};

export const en = { welcome, paymentFailed, accessEnded, signInLink };

function welcome(data: WelcomeData): Letter {
  const { brand, locale, person, plan, paid, paidAt, invoiceNumber, invoiceUrl, accountUrl } = data;
  const heading = paid ? 'Payment received. Your account is ready.' : 'Your account is ready.';
  return {
    subject: `Your ${brand.name} account is ready`,
    preview: paid
      ? `We received ${formatMoney(paid, locale)}. Sign in with ${person.email}.`
      : `Sign in with ${person.email}.`,
    heading,
    greeting: greet(person.name),
    paragraphs: [`You have the ${plan.name} plan, and your access is open now. Sign in with ${person.email}.`],
    facts: [
      { label: 'Plan', value: plan.name },
      ...(paid
        ? [
            { label: 'Paid', value: formatMoney(paid, locale) },
            { label: 'Received', value: formatMoment(paidAt, locale) },
          ]
        : []),
      ...invoiceFact(invoiceNumber),
    ],
    action: { label: 'Open your account', url: accountUrl },
    afterAction: [],
    links: invoiceUrl ? [{ label: 'See the invoice', url: invoiceUrl }] : [],
    support: supportLine(brand),
  };
}

function paymentFailed(data: PaymentFailedData): Letter {
  const { brand, locale, person, plan, due, failureCode, invoiceNumber, nextAttemptAt, graceEndsAt, payUrl } = data;
  const amount = formatMoney(due, locale);
  const why = failureCode ? whyDeclined[failureCode] : undefined;
  const graceEnd = graceEndsAt && formatMoment(graceEndsAt, locale);
  const nextAttempt = nextAttemptAt && formatMoment(nextAttemptAt, locale);
  return {
    subject: `Your payment of ${amount} to ${brand.name} did not go through`,
    preview: graceEnd ? `You keep your access until ${graceEnd}.` : 'Here is how to fix it.',
    heading: 'Your payment did not go through',
    greeting: greet(person.name),
    paragraphs: [
      `We could not take ${amount}${plan ? ` for the ${plan.name} plan` : ''}${why ? `: ${why}` : ''}.`,
      ...(graceEnd
        ? [`You keep your access until ${graceEnd}. If the payment is still open then, access closes.`]
        : []),
      nextAttempt
        ? `We will try again on ${nextAttempt}. To be on the safe side, fix the payment before then, at the link below.`
        : 'We will not try again by ourselves. To pay, use the link below.',
    ],
    facts: [
      { label: 'Amount due', value: amount },
      ...(plan ? [{ label: 'Plan', value: plan.name }] : []),
      ...invoiceFact(invoiceNumber),
    ],
    action: { label: 'Fix the payment', url: payUrl },
    afterAction: ['If you have paid in the meantime, there is nothing left to do.'],
    links: [],
    support: supportLine(brand),
  };
}

function accessEnded(data: AccessEndedData): Letter {
  const { brand, locale, person, plan, endedAt, reason, returnUrl } = data;
  const end = formatMoment(endedAt, locale);
  const why = reason ? whyEnded[reason] : undefined;
  return {
    subject: `Your access to ${brand.name} has ended`,
    preview: `It ended on ${end}. You can come back at any time.`,
    heading: 'Your access has ended',
    greeting: greet(person.name),
    paragraphs: [
      `You had access to ${brand.name}${plan ? ` with the ${plan.name} plan` : ''} until ${end}.${why ? ` It ended ${why}.` : ''}`,
      'You can come back at any time: choose a plan, and access opens again once the payment is received.',
    ],
    facts: [...(plan ? [{ label: 'Plan', value: plan.name }] : []), { label: 'Access until', value: end }],
    action: { label: 'Choose a plan', url: returnUrl },
    afterAction: [],
    links: [],
    support: supportLine(brand),
  };
}

function signInLink(data: SignInLinkData): Letter {
  const { brand, locale, email, url, expiresAt } = data;
  const end = formatMoment(expiresAt, locale);
  const copy: Link = { label: 'If the button does not work, open this address', url, spelledOut: true };
  return {
    subject: `Sign in to ${brand.name}`,
    preview: `The link works once, until ${end}.`,
    heading: `Sign in to ${brand.name}`,
    greeting: 'Hello,',
    paragraphs: [`This link signs you in as ${email}. It works once, until ${end}.`],
    facts: [],
    action: { label: 'Sign in', url },
    afterAction: ['If you did not ask for it, do nothing: without this link nobody can sign in.'],
    links: [copy],
    support: supportLine(brand),
  };
}

function greet(name: string | null): string {
  const addressable = addressableName(name);
  return addressable ? `Hello ${addressable},` : 'Hello,';
}

function invoiceFact(invoiceNumber: string | null): Fact[] {
  return invoiceNumber ? [{ label: 'Invoice', value: invoiceNumber }] : [];
}

function supportLine({ supportEmail }: Brand): string {
  return `Questions? Write to ${supportEmail}.`;
}
