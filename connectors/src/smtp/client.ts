import { Readable } from 'node:stream';
import type { Failure, Result } from '@onpaid/engine';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from './settings.ts';

const timeoutMs = 20_000;

export interface Envelope {
  from: string;
  to: string;
}

/** Hands one finished mail to the server, and says whether it can have been taken when it fails. */
export async function deliver(
  server: SmtpServer,
  envelope: Envelope,
  raw: Buffer,
  signal: AbortSignal,
): Promise<Result<{ response: string }>> {
  let begun = false;
  // Read only once the server has said that it takes the message: before that, nothing can have been accepted. The code of
  // the error does not tell; a drop before and one after the final dot look the same.
  const message = Readable.from(
    (function* () {
      begun = true;
      yield raw;
    })(),
  );
  const outcome = await converse(server, signal, (connection, done) =>
    connection.send(envelope, message, (error, info) =>
      error ? done({ error }) : done({ response: info?.response ?? '' }),
    ),
  );
  if ('response' in outcome) return { ok: true, value: outcome };
  return { ok: false, failure: smtpFailure(outcome.error, { begun, secret: server.login?.pass ?? '' }) };
}

/** Connects, signs in and leaves: the server is there, and takes our password. */
export async function greet(server: SmtpServer, signal: AbortSignal): Promise<Result<null>> {
  const outcome = await converse(server, signal, (_, done) => done({ response: '' }));
  if ('response' in outcome) return { ok: true, value: null };
  return { ok: false, failure: smtpFailure(outcome.error, { begun: false, secret: server.login?.pass ?? '' }) };
}

export interface SmtpError {
  message: string;
  code?: string | undefined;
  command?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
}
type Outcome = { response: string } | { error: SmtpError };

function converse(
  server: SmtpServer,
  signal: AbortSignal,
  say: (connection: SMTPConnection, done: (outcome: Outcome) => void) => void,
): Promise<Outcome> {
  const { host, port, secure, requireTLS, login } = server;
  const connection = new SMTPConnection({
    host,
    port,
    secure,
    requireTLS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: 0,
    allowInternalNetworkInterfaces: true,
  });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);

  return new Promise((resolve) => {
    const onAbort = () => done({ error: { message: 'no answer in time', code: 'ETIMEDOUT' } });
    const done = (outcome: Outcome) => {
      // First, since closing tells of itself as one more end; only the first outcome counts.
      resolve(outcome);
      deadline.removeEventListener('abort', onAbort);
      if ('response' in outcome) connection.quit();
      else connection.close();
    };
    // Stays for as long as the connection does: a server may go away after it was told QUIT.
    connection.on('error', (error) => done({ error }));
    connection.on('end', () => done({ error: { message: 'the server ended the connection', code: 'ECONNECTION' } }));
    if (deadline.aborted) return onAbort();
    deadline.addEventListener('abort', onAbort);
    connection.connect((failed) => {
      if (failed) return done({ error: failed });
      if (login === null) return say(connection, done);
      connection.login(login, (refused) => (refused ? done({ error: refused }) : say(connection, done)));
    });
  });
}

/** What an error means, given whether the message itself had begun to travel. */
export function smtpFailure(error: SmtpError, { begun, secret }: { begun: boolean; secret: string }): Failure {
  const { code, command } = error;
  // Once the message travels, only an answer to the message counts.
  const status = begun && code !== 'EMESSAGE' ? undefined : error.responseCode;
  const withStatus = status === undefined ? {} : { status };
  const reason = `The mail server did not take the mail${said(error, status, secret)}`;

  if (begun && status === undefined) {
    const lost = `The connection to the mail server ended after the mail was handed over (${code ?? 'no code'}). It may have been sent.`;
    return { kind: 'ambiguous', reason: lost };
  }
  if (code === 'EAUTH') {
    if (status !== undefined && status < 500) return { kind: 'retryable', reason, ...withStatus };
    return { kind: 'auth', reason: `${reason} Check user and password in SMTP_URL.`, ...withStatus };
  }
  const isFinal = status === undefined ? code === 'EENVELOPE' : status >= 500;
  if (!isFinal || (code !== 'EENVELOPE' && code !== 'EMESSAGE')) return { kind: 'retryable', reason, ...withStatus };
  const cause =
    code === 'EMESSAGE' ? 'message_refused' : command === 'MAIL FROM' ? 'sender_refused' : 'recipient_refused';
  return { kind: 'invalid', reason, cause, ...withStatus };
}

function said({ code, response }: SmtpError, status: number | undefined, secret: string): string {
  if (status === undefined || !response) return ` (${code ?? 'no code'}).`;
  const words = (secret === '' ? response : response.replaceAll(secret, '[secret]')).replace(/\s+/g, ' ').trim();
  return `: "${words.slice(0, 300)}".`;
}
