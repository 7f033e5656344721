import type { EffectKind } from '@onpaid/engine';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  aBrand,
  aConfirmation,
  aFailedOrder,
  aFailedPayment,
  anEndedAccess,
  anEndingTrial,
  aPurchase,
  aRefund,
  aSendContext,
} from '../testing/samples.ts';
import { type StandIns, startStandIns } from '../testing/stand-ins.ts';
import { smtpFailure } from './client.ts';
import recordedErrors from './fixtures/errors.json' with { type: 'json' };
import { connectSmtp, sendSignInMail } from './index.ts';
import { mailboxOf, serverOf } from './settings.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.close());
beforeEach(() => standIns.reset());

const settings = () => ({
  url: standIns.baseUrls.smtp,
  from: 'Northwind Notes <hello@northwind.example>',
  brand: aBrand,
  baseUrl: 'https://pay.northwind.example',
});
const mails = async () => (await standIns.records('email')).mails;

async function send(kind: EffectKind, payload: unknown, context = aSendContext()) {
  const handler = connectSmtp(settings()).handlers[kind];
  if (handler?.shape !== 'message') throw new Error('no handler');
  return handler.send(await handler.build(payload as never, context), context);
}

const saidByMail = [
  ['email.welcome', aPurchase(), 'https://pay.northwind.example/account'],
  ['email.payment_failed', aFailedPayment(), 'https://invoice.stripe.com/i/2'],
  ['email.payment_failed', aFailedPayment({ payUrl: null }), 'https://pay.northwind.example/account'],
  ['email.payment_action_required', aConfirmation(), 'https://invoice.stripe.com/i/2'],
  ['email.order_failed', aFailedOrder(), 'https://pay.northwind.example/buy/lifetime'],
  ['email.trial_ending', anEndingTrial(), 'https://pay.northwind.example/account/plan'],
  ['email.refunded', aRefund(), 'https://pay.northwind.example/account'],
  ['email.access_ended', anEndedAccess(), 'https://pay.northwind.example/pricing'],
] as const;

test('every kind of mail is tried here', () => {
  const tried = new Set(saidByMail.map(([kind]): string => kind));
  expect(Object.keys(connectSmtp(settings()).handlers).filter((kind) => !tried.has(kind))).toEqual([]);
});

test.each(saidByMail)(
  '%s reaches the customer, in words and in HTML, with the link that helps',
  async (kind, payload, link) => {
    expect(await send(kind, payload)).toMatchObject({ ok: true, value: { status: 250 } });
    const [mail] = await mails();
    expect(mail).toMatchObject({
      envelope: { from: 'hello@northwind.example', to: ['ada@example.com'] },
      from: 'Northwind Notes <hello@northwind.example>',
      text: expect.stringContaining(link),
      html: expect.stringContaining(link),
    });
  },
);

test('the same effect is the same mail: one Message-ID, whenever it is built', async () => {
  await send('email.welcome', aPurchase());
  await send('email.welcome', aPurchase());
  const ids = (await mails()).map(({ messageId }: { messageId: string }) => messageId);
  expect(ids[0]).toMatch(/^<[A-Za-z0-9_-]{43}@northwind\.example>$/);
  expect(new Set(ids).size).toBe(1);
});

test.each([
  ['before the message', { mode: 'drop_before', times: 1 }, { kind: 'retryable' }, 0],
  ['after the final dot', { mode: 'drop_after_commit', times: 1 }, { kind: 'ambiguous' }, 1],
  [
    'by an unknown recipient',
    { mode: 'error', times: 1 },
    { kind: 'invalid', cause: 'recipient_refused', status: 550 },
    0,
  ],
  ['by a full server', { mode: 'error', status: 452, times: 1 }, { kind: 'retryable', status: 452 }, 0],
])('a mail that failed %s is told as what it is', async (_, fault, failure, kept) => {
  await standIns.fault('email', fault);
  expect(await send('email.welcome', aPurchase())).toMatchObject({ ok: false, failure });
  expect(await mails()).toHaveLength(kept);
});

test('a server that falls silent after the message is left when the deadline says so, as unknown', async () => {
  await standIns.fault('email', { mode: 'hang', times: 1 });
  const deadline = new AbortController();
  const sending = send('email.welcome', aPurchase(), aSendContext({ signal: deadline.signal }));
  await expect.poll(async () => (await mails()).length).toBe(1);
  deadline.abort();
  expect(await sending).toMatchObject({ ok: false, failure: { kind: 'ambiguous' } });
});

test('a deadline that has passed opens no connection', async () => {
  const context = aSendContext({ signal: AbortSignal.abort() });
  expect(await send('email.welcome', aPurchase(), context)).toMatchObject({ failure: { kind: 'retryable' } });
  expect(await standIns.requests('email')).toEqual([]);
});

test('a customer without an address, or with one that is two, gets no mail', async () => {
  const to = (email: string | null) => aPurchase({ person: { ...aPurchase().person, email } });
  expect(await send('email.welcome', to(null))).toMatchObject({ failure: { kind: 'invalid', cause: 'no_email' } });
  await send('email.welcome', to('a@example.com, b@example.com'));
  await send('email.welcome', to('a@example.com>\r\nRCPT TO:<b@example.com'));
  const recipients = (await mails()).flatMap(({ envelope }: { envelope: { to: string[] } }) => envelope.to);
  expect(recipients).not.toContain('b@example.com');
});

test('what is stored holds the whole mail and no password, and is what travels, every time', async () => {
  const url = standIns.baseUrls.smtp.replace('smtp://', 'smtp://me:very-secret@');
  const handler = connectSmtp({ ...settings(), url }).handlers['email.welcome'];
  if (handler?.shape !== 'message') throw new Error('no handler');
  const request = await handler.build(aPurchase(), aSendContext());
  expect(request).toMatchObject({ method: 'SMTP', path: 'ada@example.com' });
  expect(JSON.stringify(request)).not.toContain('very-secret');
  for (let repeat = 0; repeat < 2; repeat += 1) await handler.send(request, aSendContext());
  const stored = Buffer.from(request.bodyBase64!, 'base64').toString().trimEnd();
  const travelled = (await mails()).map(({ raw }: { raw: string }) => raw.trimEnd());
  expect(travelled).toEqual([stored, stored]);
});

test.each(['smtp://me:very-secret@127.0.0.1:1', 'smtps://me:very-secret@vendor.invalid'])(
  'a server that cannot be reached is tried again, and its password is not told: %s',
  async (url) => {
    const handler = connectSmtp({ ...settings(), url }).handlers['email.welcome'];
    if (handler?.shape !== 'message') throw new Error('no handler');
    const result = await handler.send(await handler.build(aPurchase(), aSendContext()), aSendContext());
    expect(result).toMatchObject({ ok: false, failure: { kind: 'retryable' } });
    expect(JSON.stringify(result)).not.toContain('very-secret');
  },
);

test('a sign-in link is sent at once, and its failure is thrown without the link', async () => {
  const mail = {
    email: 'ada@example.com',
    url: 'https://pay.northwind.example/in?token=very-secret',
    minutesValid: 10,
  };
  await sendSignInMail(settings(), mail);
  expect(await mails()).toMatchObject([{ text: expect.stringContaining(mail.url) }]);
  await standIns.fault('email', { mode: 'error', times: 1 });
  const error = await sendSignInMail(settings(), mail).catch((reason: Error) => reason.message);
  expect(error).toContain('No such mailbox');
  expect(error).not.toContain('very-secret');
});

test('the probe signs in, and tells a server that is not there', async () => {
  const signal = new AbortController().signal;
  expect(await connectSmtp(settings()).probe(signal)).toEqual({
    ok: true,
    value: { account: 'hello@northwind.example' },
  });
  const nobody = connectSmtp({ ...settings(), url: 'smtp://127.0.0.1:1' });
  expect(await nobody.probe(signal)).toMatchObject({ ok: false, failure: { kind: 'retryable' } });
});

test('a password is never sent over a readable connection, except to this machine', () => {
  expect(serverOf('smtp://me:s%40crt@mail.example.com')).toEqual({
    host: 'mail.example.com',
    port: 587,
    secure: false,
    requireTLS: true,
    login: { user: 'me', pass: 's@crt' },
  });
  expect(serverOf('smtps://me:pw@mail.example.com')).toMatchObject({ port: 465, secure: true });
  expect(serverOf('smtp://me:pw@127.0.0.1:2525')).toMatchObject({ requireTLS: false });
});

test.each(['nobody', 'a@example.com, b@example.com', '', 'Team: a@example.com;b@example.com;'])(
  '"%s" is no sender',
  (from) => expect(mailboxOf(from)).toBeNull(),
);

test.each(recordedErrors)('SMTP: $name', ({ begun, error, expect: expected }) => {
  expect(smtpFailure({ message: '', ...error }, { begun, secret: '' })).toMatchObject(expected);
});
