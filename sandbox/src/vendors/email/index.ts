import { once } from 'node:events';
import type { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { z } from 'zod';
import { defaultDelayMs, type Fault, type FaultSwitch } from '../faults.ts';
import type { LoggedRequest, RequestLog } from '../requests.ts';
import type { Vendor } from '../vendor.ts';
import { emailInbox } from './inbox.ts';

const mailSchema = z.object({
  id: z.string(),
  at: z.string(),
  /** Whom the envelope named: what decides delivery, whatever the headers say. */
  envelope: z.object({ from: z.string(), to: z.array(z.string()) }),
  subject: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  text: z.string(),
  html: z.string().nullable(),
  messageId: z.string().nullable(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  raw: z.string(),
});
export type Mail = z.infer<typeof mailSchema>;

const stateSchema = z.object({ mails: z.array(mailSchema) });

export type EmailVendor = Vendor & { mail: (id: string) => Mail | undefined };

export type Mailbox = {
  vendor: EmailVendor;
  listen: (port: number) => Promise<number>;
  close: () => Promise<void>;
};

/** A mail server that accepts everything and delivers nothing: what arrives is kept, parsed and raw. */
export function createMailbox(options: {
  log: RequestLog;
  faults: FaultSwitch;
  changed: () => void;
  now: () => Date;
}): Mailbox {
  const { log, faults, changed, now } = options;
  let mails: Mail[] = [];

  /** One attempt to hand over a mail: the fault it meets is drawn at RCPT and holds until the answer. */
  const attempts = new Map<string, { fault: Fault | null; entry: LoggedRequest }>();

  function begin(session: SMTPServerSession, recipient: string): Fault | null {
    const started = attempts.get(session.id);
    if (started) return started.fault;
    const fault = faults.take();
    const entry = log.arrived({ method: 'MAIL', path: recipient, idempotencyKey: null });
    entry.fault = fault?.mode ?? null;
    attempts.set(session.id, { fault, entry });
    changed();
    return fault;
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const attempt = attempts.get(session.id);
    attempts.delete(session.id);
    const { fault, entry } = attempt ?? { fault: null, entry: null };
    const refusal = refusalAfterData(fault);
    const mail = await parse(Buffer.concat(chunks).toString('utf8'), session, now());
    if (entry) entry.idempotencyKey = mail.messageId;
    if (refusal) {
      if (entry) entry.status = refusal.responseCode;
      changed();
      throw refusal;
    }

    if (entry) {
      entry.duplicate = mail.messageId !== null && mails.some(({ messageId }) => messageId === mail.messageId);
      entry.status = 250;
      entry.note = mail.subject;
    }
    mails.push(mail);
    changed();
    if (fault?.mode === 'slow') await delay(fault.delayMs ?? defaultDelayMs);
    if (fault?.mode === 'drop_after_commit') cut(session);
    if (fault?.mode === 'drop_after_commit' || fault?.mode === 'hang') return new Promise(() => {});
    return `2.0.0 OK: queued as ${mail.id}`;
  }

  function cut(session: SMTPServerSession): void {
    for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy();
  }

  const server = new SMTPServer({
    name: 'sandbox.localhost',
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    onRcptTo: (address, session, done) => {
      const fault = begin(session, address.address);
      if (fault?.mode === 'drop_before') return cut(session);
      if (fault?.mode !== 'error' || (fault.status ?? 550) < 500) return done();
      const attempt = attempts.get(session.id);
      attempts.delete(session.id);
      const refusal = smtpError(fault.status ?? 550, '5.1.1 No such mailbox here');
      if (attempt) attempt.entry.status = refusal.responseCode;
      changed();
      done(refusal);
    },
    onData: (stream, session, done) => {
      receive(stream, session).then((words) => done(null, words), done);
    },
    onClose: (session) => {
      attempts.delete(session.id);
    },
  });
  // A client that goes away in the middle is that client's business.
  server.on('error', () => {});

  return {
    vendor: {
      name: 'email',
      title: 'E-mail',
      about: 'Every mail that was sent. Nothing leaves this machine.',
      records: () => ({ mails }),
      restore: (records) => {
        mails = stateSchema.parse(records).mails;
      },
      reset: () => {
        mails = [];
      },
      inbox: () => emailInbox(mails),
      mail: (id) => mails.find((mail) => mail.id === id),
    },
    listen: async (port) => {
      const listening: Server = server.listen(port, '127.0.0.1');
      await once(listening, 'listening');
      const address = listening.address();
      if (address === null || typeof address === 'string') throw new Error('The mail stand-in has no TCP port.');
      return address.port;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function refusalAfterData(fault: Fault | null): (Error & { responseCode: number }) | null {
  if (fault?.mode === 'rate_limited') return smtpError(451, '4.7.1 Too many messages, try again later');
  if (fault?.mode === 'error' && (fault.status ?? 550) < 500)
    return smtpError(fault.status ?? 451, '4.3.0 Try again later');
  return null;
}

function smtpError(responseCode: number, message: string): Error & { responseCode: number } {
  return Object.assign(new Error(message), { responseCode });
}

async function parse(raw: string, session: SMTPServerSession, at: Date): Promise<Mail> {
  const email: Email = await PostalMime.parse(raw);
  const { mailFrom, rcptTo } = session.envelope;
  return {
    id: crypto.randomUUID(),
    at: at.toISOString(),
    envelope: { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) },
    subject: email.subject ?? '',
    from: email.from ? addressOf(email.from) : '',
    to: (email.to ?? []).map(addressOf),
    text: email.text ?? '',
    html: email.html ?? null,
    messageId: email.messageId ?? null,
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    raw,
  };
}

function addressOf(address: Address): string {
  if (address.address === undefined) return `${address.name}: ${address.group.map(addressOf).join(', ')};`;
  return address.name ? `${address.name} <${address.address}>` : address.address;
}
