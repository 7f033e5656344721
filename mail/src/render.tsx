import { render } from 'react-email';
import { type Letter, letterText } from './letter.ts';
import { LetterHtml } from './letter-html.tsx';
import type { AccessEndedData, Brand, Locale, PaymentFailedData, SignInLinkData, WelcomeData } from './types.ts';
import { en } from './words/en.ts';

/** A locale is one file of words with the same four letters. */
const words = { en } satisfies Record<Locale, typeof en>;

export type RenderedMail = { subject: string; text: string; html: string };

/** Sent once payment and account creation have both succeeded. */
export function renderWelcome(data: WelcomeData): Promise<RenderedMail> {
  return rendered(words[data.locale].welcome(data), data);
}

export function renderPaymentFailed(data: PaymentFailedData): Promise<RenderedMail> {
  return rendered(words[data.locale].paymentFailed(data), data);
}

export function renderAccessEnded(data: AccessEndedData): Promise<RenderedMail> {
  return rendered(words[data.locale].accessEnded(data), data);
}

export function renderSignInLink(data: SignInLinkData): Promise<RenderedMail> {
  return rendered(words[data.locale].signInLink(data), data);
}

async function rendered(letter: Letter, { brand, locale }: { brand: Brand; locale: Locale }): Promise<RenderedMail> {
  return {
    subject: letter.subject,
    text: letterText(letter, brand),
    html: await render(<LetterHtml letter={letter} brand={brand} locale={locale} />),
  };
}
