import type { RenderedMail } from '@onpaid/mail';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Mailbox } from './settings.ts';

/**
 * The mail as the bytes that will travel. Its Message-ID comes from the effect, so that a mail that was sent twice can be
 * recognised as one, by mailboxes that do and by people who ask.
 */
export function buildMessage(mail: {
  from: Mailbox;
  to: string;
  content: RenderedMail;
  key: string;
  date: Date;
}): Promise<Buffer> {
  const { from, to, content, key, date } = mail;
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const composer = new MailComposer({
    from,
    // As an address, never as text to be parsed: a comma must not make two recipients.
    to: { name: '', address: to },
    subject: content.subject,
    text: content.text,
    html: content.html,
    messageId: `<${key}@${domain}>`,
    date,
    // Keeps vacation responders silent.
    headers: { 'Auto-Submitted': 'auto-generated' },
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
