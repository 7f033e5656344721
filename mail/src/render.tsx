import { render } from 'react-email';
import { type Letter, letterText } from './letter.ts';
import { LetterHtml } from './letter-html.tsx';
import type {
  AccessEndedData,
  ActionRequiredData,
  Brand,
  Locale,
  OrderFailedData,
  PaymentFailedData,
  RefundedData,
  SignInLinkData,
  TrialEndingData,
  WelcomeData,
} from './types.ts';
import { en } from './words/en/index.ts';

/** A locale is one folder of words with the same letters. */
const words = { en } satisfies Record<Locale, typeof en>;

export type RenderedMail = { subject: string; text: string; html: string };

/** Sent once payment and account creation have both succeeded. */
export function renderWelcome(data: WelcomeData): Promise<RenderedMail> {
  return rendered(words[data.locale].welcome(data), data);
}

export function renderPaymentFailed(data: PaymentFailedData): Promise<RenderedMail> {
  return rendered(words[data.locale].paymentFailed(data), data);
}

export function renderActionRequired(data: ActionRequiredData): Promise<RenderedMail> {
  return rendered(words[data.locale].actionRequired(data), data);
}

export function renderOrderFailed(data: OrderFailedData): Promise<RenderedMail> {
  return rendered(words[data.locale].orderFailed(data), data);
}

export function renderTrialEnding(data: TrialEndingData): Promise<RenderedMail> {
  return rendered(words[data.locale].trialEnding(data), data);
}

export function renderRefunded(data: RefundedData): Promise<RenderedMail> {
  return rendered(words[data.locale].refunded(data), data);
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
