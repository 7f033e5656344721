import type { Brand } from '@onpaid/engine';
import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import { isLoopbackUrl } from '../address.ts';

export interface Mailbox {
  name: string;
  address: string;
}

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** Never a password over a readable connection; only this machine may go without. */
  requireTLS: boolean;
  login: { user: string; pass: string } | null;
}

const isMailbox = (from: string) => mailboxOf(from) !== null;
const isServer = (url: string) => URL.canParse(url) && ['smtp:', 'smtps:'].includes(new URL(url).protocol);

export const smtpSettings = z.object({
  /** smtps://user:password@host:465, or smtp://user:password@host:587 which changes to TLS. */
  url: z.string().refine(isServer, 'must be like smtps://user:password@smtp.example.com:465'),
  /** Acme <hello@acme.com> */
  from: z.string().refine(isMailbox, 'must be one address, such as Acme <hello@acme.com>'),
  brand: z.custom<Brand>(),
  /** Public address of this installation: where links lead. */
  baseUrl: z.url(),
});
export type SmtpSettings = z.output<typeof smtpSettings>;

export function mailboxOf(from: string): Mailbox | null {
  const [mailbox, ...more] = addressparser(from, { flatten: true });
  if (!mailbox?.address || more.length > 0 || !/^[^\s@]+@[^\s@]+$/.test(mailbox.address)) return null;
  return { name: mailbox.name ?? '', address: mailbox.address };
}

export function serverOf(smtpUrl: string): SmtpServer {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  const login = url.username
    ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
    : null;
  return {
    host: url.hostname,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && login !== null && !isLoopbackUrl(`http://${url.host}`),
    login,
  };
}
