import { formatMoment, formatMoney } from '../../format.ts';
import type { Letter, Link } from '../../letter.ts';
import type { AccessEndedData, SignInLinkData, WelcomeData } from '../../types.ts';
import { greet, invoiceFact, planFact, supportLine } from './phrases.ts';

/** Why access was closed, by the code of the access decision. */
const whyEnded = new Map(
  Object.entries({
    disputed: 'because the payment is disputed',
    ended: 'because the subscription ended',
    grace_over: 'because the payment stayed open',
    paused: 'because the subscription is paused',
    refunded: 'because the payment was refunded',
    unpaid: 'because the payment stayed open',
  }),
);

export function welcome(data: WelcomeData): Letter {
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

export function accessEnded(data: AccessEndedData): Letter {
  const { brand, locale, person, plan, endedAt, reason, returnUrl } = data;
  const end = formatMoment(endedAt, locale);
  const why = reason === null ? undefined : whyEnded.get(reason);
  return {
    subject: `Your access to ${brand.name} has ended`,
    preview: `It ended on ${end}. You can come back at any time.`,
    heading: 'Your access has ended',
    greeting: greet(person.name),
    paragraphs: [
      `You had access to ${brand.name}${plan ? ` with the ${plan.name} plan` : ''} until ${end}.${why ? ` It ended ${why}.` : ''}`,
      'You can come back at any time: choose a plan, and access opens again once the payment is received.',
    ],
    facts: [...planFact(plan), { label: 'Access until', value: end }],
    action: { label: 'Choose a plan', url: returnUrl },
    afterAction: [],
    links: [],
    support: supportLine(brand),
  };
}

export function signInLink(data: SignInLinkData): Letter {
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
