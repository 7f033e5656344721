import type { Brand, Payloads } from '@onpaid/engine';
import {
  type RenderedMail,
  renderAccessEnded,
  renderActionRequired,
  renderOrderFailed,
  renderPaymentFailed,
  renderRefunded,
  renderSignInLink,
  renderTrialEnding,
  renderWelcome,
} from '@onpaid/mail';

/** Payloads and the founder's brand, as the mail templates want them. */

interface Sender {
  brand: Brand;
  baseUrl: string;
}

const locale = 'en';

function brandOf({ brand, baseUrl }: Sender) {
  const { name, supportEmail, accent, logoUrl, postalAddress } = brand;
  return {
    name,
    url: baseUrl,
    // Mail clients invert colours by themselves, so a mail is made for light alone.
    accentColor: accent.light,
    supportEmail,
    ...(logoUrl !== undefined && { logoUrl }),
    ...(postalAddress !== undefined && { postalAddress }),
  };
}

function common(sender: Sender, { email, name }: { email: string | null; name: string | null }) {
  return { brand: brandOf(sender), locale, person: { email: email ?? '', name } } as const;
}

/** Where a customer sees and settles what is open; kept here so that every mail leads to the same place. */
const accountPath = '/account';
const pricingPath = '/pricing';

export function welcomeMail(payload: Payloads['email.welcome'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, paid, paidAt, invoiceNumber, invoiceUrl } = payload;
  const accountUrl = sender.baseUrl + accountPath;
  return renderWelcome({ ...common(sender, person), plan, paid, paidAt, invoiceNumber, invoiceUrl, accountUrl });
}

export function paymentFailedMail(payload: Payloads['email.payment_failed'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, due, failureCode, invoiceNumber, nextAttemptAt, graceEndsAt } = payload;
  const payUrl = payload.payUrl ?? sender.baseUrl + accountPath;
  return renderPaymentFailed({
    ...common(sender, person),
    plan,
    due,
    failureCode,
    invoiceNumber,
    nextAttemptAt,
    graceEndsAt,
    payUrl,
  });
}

export function actionRequiredMail(
  payload: Payloads['email.payment_action_required'],
  sender: Sender,
): Promise<RenderedMail> {
  const { person, plan, due, invoiceNumber, confirmUrl } = payload;
  return renderActionRequired({ ...common(sender, person), plan, due, invoiceNumber, confirmUrl });
}

export function orderFailedMail(payload: Payloads['email.order_failed'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, due, retryUrl } = payload;
  return renderOrderFailed({ ...common(sender, person), plan, due, retryUrl });
}

export function trialEndingMail(payload: Payloads['email.trial_ending'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, trialEndsAt, firstCharge, manageUrl } = payload;
  return renderTrialEnding({ ...common(sender, person), plan, trialEndsAt, firstCharge, manageUrl });
}

export function refundedMail(payload: Payloads['email.refunded'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, refunded, isWhole, invoiceNumber } = payload;
  const accountUrl = sender.baseUrl + accountPath;
  return renderRefunded({ ...common(sender, person), plan, refunded, isWhole, invoiceNumber, accountUrl });
}

export function accessEndedMail(payload: Payloads['email.access_ended'], sender: Sender): Promise<RenderedMail> {
  const { person, plan, endedAt, reason } = payload;
  return renderAccessEnded({
    ...common(sender, person),
    plan,
    endedAt,
    reason,
    returnUrl: sender.baseUrl + pricingPath,
  });
}

export function signInMail(
  mail: { email: string; url: string; expiresAt: Date },
  sender: Sender,
): Promise<RenderedMail> {
  return renderSignInLink({ brand: brandOf(sender), locale, ...mail });
}
