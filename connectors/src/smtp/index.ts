import { createHash } from 'node:crypto';
import type { Connection, MessageHandler, Person } from '@onpaid/engine';
import type { RenderedMail } from '@onpaid/mail';
import type { z } from 'zod';
import { deliver, greet } from './client.ts';
import {
  accessEndedMail,
  actionRequiredMail,
  orderFailedMail,
  paymentFailedMail,
  refundedMail,
  signInMail,
  trialEndingMail,
  welcomeMail,
} from './map.ts';
import { buildMessage } from './message.ts';
import { type Mailbox, mailboxOf, type SmtpSettings, serverOf, smtpSettings } from './settings.ts';

export { smtpSettings } from './settings.ts';

type Sender = SmtpSettings & { from: string; mailbox: Mailbox };

/** Any mail server. It knows no key and cannot be read back: a mail whose answer was lost waits for a person's word. */
export function connectSmtp(settings: z.input<typeof smtpSettings>): Connection {
  const sender = senderOf(settings);
  const server = serverOf(sender.url);
  return {
    slot: 'email',
    vendor: 'smtp',
    label: 'E-mail',
    ratePerSecond: 5,
    handlers: {
      'email.welcome': mailer(sender, (payload) => welcomeMail(payload, sender)),
      'email.payment_failed': mailer(sender, (payload) => paymentFailedMail(payload, sender)),
      'email.payment_action_required': mailer(sender, (payload) => actionRequiredMail(payload, sender)),
      'email.order_failed': mailer(sender, (payload) => orderFailedMail(payload, sender)),
      'email.trial_ending': mailer(sender, (payload) => trialEndingMail(payload, sender)),
      'email.refunded': mailer(sender, (payload) => refundedMail(payload, sender)),
      'email.access_ended': mailer(sender, (payload) => accessEndedMail(payload, sender)),
    },
    probe: async (signal) => {
      const greeted = await greet(server, signal);
      return greeted.ok ? { ok: true, value: { account: sender.mailbox.address } } : greeted;
    },
  };
}

function mailer<P extends { person: Person }>(
  sender: Sender,
  write: (payload: P) => Promise<RenderedMail>,
): MessageHandler<P> {
  const server = serverOf(sender.url);
  return {
    shape: 'message',
    guarantee: { kind: 'none', onUnknown: 'park' },
    // The whole mail is made once, so that a repeat is the same mail and not a new rendering of it.
    build: async (payload, { idempotencyKey, now }) => {
      const to = payload.person.email ?? '';
      const content = await write(payload);
      const raw = await buildMessage({ from: sender.mailbox, to, content, key: idempotencyKey, date: now() });
      return { method: 'SMTP', path: to, headers: {}, bodyBase64: raw.toString('base64') };
    },
    send: async (request, { signal }) => {
      if (request.path === '') {
        const reason = 'The customer has no e-mail address at Stripe. Add one there, then retry.';
        return { ok: false, failure: { kind: 'invalid', reason, cause: 'no_email' } };
      }
      const raw = Buffer.from(request.bodyBase64 ?? '', 'base64');
      const sent = await deliver(server, { from: sender.mailbox.address, to: request.path }, raw, signal);
      if (!sent.ok) return sent;
      return { ok: true, value: { remoteId: null, status: 250, vendorRequestId: sent.value.response.slice(0, 200) } };
    },
  };
}

/**
 * A sign-in link, by mail and past the ledger: the link is a secret, and what is stored can be read. Whoever asked is
 * waiting, so a failure is theirs to see.
 */
export async function sendSignInMail(
  settings: z.input<typeof smtpSettings>,
  { email, url, minutesValid }: { email: string; url: string; minutesValid: number },
): Promise<void> {
  const sender = senderOf(settings);
  const date = new Date();
  const content = await signInMail({ email, url, expiresAt: new Date(date.getTime() + minutesValid * 60_000) }, sender);
  const key = createHash('sha256').update(url).digest('base64url');
  const raw = await buildMessage({ from: sender.mailbox, to: email, content, key, date });
  const envelope = { from: sender.mailbox.address, to: email };
  const sent = await deliver(serverOf(sender.url), envelope, raw, new AbortController().signal);
  if (!sent.ok) throw new Error(`The sign-in mail was not sent. ${sent.failure.reason}`);
}

function senderOf(settings: z.input<typeof smtpSettings>): Sender {
  const parsed = smtpSettings.parse(settings);
  const mailbox = mailboxOf(parsed.from);
  if (!mailbox) throw new Error('MAIL_FROM is not an address.');
  return { ...parsed, mailbox };
}
