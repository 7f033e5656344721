import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { failureOf } from '../failure.ts';
import { type FaultProxy, startFaultProxy } from '../testing/fault-proxy.ts';
import { aClosedDispute, aDispute, aFailedPayment, aRecoveredPayment, aSendContext, at } from '../testing/samples.ts';
import { type StandIns, secrets, startStandIns } from '../testing/stand-ins.ts';
import { zendeskRefusal } from './client.ts';
import recordedErrors from './fixtures/errors.json' with { type: 'json' };
import { connectZendesk } from './index.ts';

let now = at;
let standIns: StandIns;
let proxy: FaultProxy;
beforeAll(async () => {
  standIns = await startStandIns(() => now);
  proxy = await startFaultProxy(standIns.baseUrls.zendesk);
});
afterAll(async () => {
  await proxy.close();
  await standIns.close();
});
beforeEach(async () => {
  now = at;
  await standIns.reset();
});

const connect = () => connectZendesk({ baseUrl: proxy.url, email: secrets.zendeskEmail, token: secrets.zendeskToken });
const opening = aSendContext({ effectId: 'payment_failed:in_1@helpdesk' });

function handlers() {
  const { 'helpdesk.payment_failed': open, 'helpdesk.payment_recovered': close } = connect().handlers;
  if (open?.shape !== 'message' || close?.shape !== 'message') throw new Error('no handlers');
  return { open, close };
}

async function openTicket(): Promise<string> {
  const { open } = handlers();
  const sent = await open.send(await open.build(aFailedPayment(), opening), opening);
  if (!sent.ok || sent.value.remoteId === null) throw new Error('no ticket');
  return sent.value.remoteId;
}

const closing = (remoteIds: Record<string, string> = {}) =>
  aSendContext({ effectId: 'payment_recovered:in_1@helpdesk', remoteIds });

async function solve(remoteIds: Record<string, string> = {}) {
  const context = closing(remoteIds);
  const { close } = handlers();
  return close.send(await close.build(aRecoveredPayment(), context), context);
}

async function openDispute(): Promise<string> {
  const open = connect().handlers['helpdesk.dispute_opened'];
  if (open?.shape !== 'message') throw new Error('no handler');
  const context = aSendContext({ effectId: 'dispute_opened:dp_1@helpdesk' });
  const sent = await open.send(await open.build(aDispute(), context), context);
  if (!sent.ok || sent.value.remoteId === null) throw new Error('no ticket');
  return sent.value.remoteId;
}

async function closeDispute(outcome: 'won' | 'lost' | 'withdrawn') {
  const close = connect().handlers['helpdesk.dispute_closed'];
  if (close?.shape !== 'message') throw new Error('no handler');
  const context = aSendContext({ effectId: 'dispute_closed:dp_1@helpdesk' });
  return close.send(await close.build(aClosedDispute({ outcome }), context), context);
}

type Ticket = { id: number; status: string; tags: string[]; comments: { body: string; public: boolean }[] };
const tickets = async (): Promise<Ticket[]> => (await standIns.records('zendesk')).tickets;

test('a failed payment is one ticket on behalf of the customer, however often the same bytes are sent', async () => {
  const { open } = handlers();
  const request = await open.build(aFailedPayment(), opening);
  const answers = [];
  for (let repeat = 0; repeat < 5; repeat += 1) answers.push(await open.send(request, opening));
  expect(answers).toMatchObject(Array.from({ length: 5 }, () => ({ ok: true, value: { remoteId: '1' } })));
  expect(await tickets()).toMatchObject([
    {
      subject: 'Payment of $49.00 failed: Ada Lovelace',
      external_id: 'payment_failed:in_1@helpdesk',
      tags: ['onpaid', 'payment_failed'],
      comments: [{ public: false, body: expect.stringContaining('invoice F-0002') }],
    },
  ]);
});

test('after the two hours of the key, the ticket is found by its external id', async () => {
  const { open } = handlers();
  expect(await open.find?.(aFailedPayment(), opening)).toEqual({ ok: true, value: null });
  const id = await openTicket();
  now = new Date(at.getTime() + 3 * 60 * 60 * 1000);
  expect(await open.find?.(aFailedPayment(), opening)).toMatchObject({ ok: true, value: { remoteId: id } });
});

test('a customer without an e-mail address still gets a ticket', async () => {
  const { open } = handlers();
  const person = { subjectId: 'cus_1', email: null, name: null, locale: null };
  const request = await open.build(aFailedPayment({ person }), opening);
  const body = JSON.parse(Buffer.from(request.bodyBase64!, 'base64').toString());
  expect(body.ticket).not.toHaveProperty('requester');
  expect(body.ticket.subject).toBe('Payment of $49.00 failed: F-0002');
});

test.each([
  ['known', true],
  ['looked up by its external id', false],
])('a recovered payment solves the ticket with one comment, its number being %s', async (_, isKnown) => {
  const id = await openTicket();
  const remoteIds = isKnown ? { 'payment_failed:in_1@helpdesk': id } : {};
  expect(await solve(remoteIds)).toMatchObject({ ok: true, value: { remoteId: id } });
  expect(await solve(remoteIds)).toMatchObject({ ok: true, value: { remoteId: id } });
  const [ticket] = await tickets();
  expect(ticket).toMatchObject({ status: 'solved', tags: ['onpaid', 'payment_failed', 'payment_recovered'] });
  expect(ticket!.comments).toHaveLength(2);
});

test('an update that lands after we gave up on it makes the repeat a refusal, not a second comment', async () => {
  const id = await openTicket();
  const asItWas = (await standIns.records('zendesk')).tickets[0];
  expect(await solve()).toMatchObject({ ok: true });
  // The repeat reads the ticket and its comments as they were before that update.
  proxy.break(
    { kind: 'answer', status: 200, body: JSON.stringify({ tickets: [asItWas] }) },
    { kind: 'answer', status: 200, body: JSON.stringify({ comments: asItWas.comments }) },
  );
  expect(await solve()).toMatchObject({ ok: false, failure: { kind: 'retryable', status: 409 } });
  expect(await handlers().close.find?.(aRecoveredPayment(), closing())).toMatchObject({ value: { remoteId: id } });
  expect((await tickets())[0]!.comments).toHaveLength(2);
});

test('what an account demands before solving leaves the ticket open, noted and told', async () => {
  await openTicket();
  const seen = proxy.seen.length;
  const refusal = recordedErrors.find(({ expect: expected }) => expected.cause === 'cannot_solve')!;
  const [ticket] = (await standIns.records('zendesk')).tickets;
  proxy.break(
    { kind: 'answer', status: 200, body: JSON.stringify({ tickets: [ticket] }) },
    { kind: 'answer', status: 200, body: JSON.stringify({ comments: [] }) },
    { kind: 'answer', status: 422, body: JSON.stringify(refusal.body) },
  );
  expect(await solve()).toMatchObject({ ok: true, value: { note: expect.stringContaining('Assignee') } });
  expect(JSON.parse(proxy.seen[seen + 2]!.body.toString()).ticket).toMatchObject({ assignee_email: 'ops@example.com' });
  expect(await tickets()).toMatchObject([{ status: 'new', tags: expect.arrayContaining(['payment_recovered']) }]);
});

test('without a ticket there is nothing to solve, and a closed one is left as it is', async () => {
  expect(await solve()).toMatchObject({ ok: true, value: { remoteId: null, note: 'There was no ticket to solve.' } });
  await openTicket();
  const [ticket] = (await standIns.records('zendesk')).tickets;
  proxy.break({ kind: 'answer', status: 200, body: JSON.stringify({ tickets: [{ ...ticket, status: 'closed' }] }) });
  expect(await solve()).toMatchObject({ ok: true, value: { note: 'The ticket was closed already.' } });
});

test('a dispute is one urgent ticket that names the day to respond by', async () => {
  await openDispute();
  await openDispute();
  const [ticket, ...more] = await tickets();
  expect(more).toEqual([]);
  expect(ticket).toMatchObject({
    subject: 'Dispute of $49.00, respond by 2026-03-12 23:59 UTC: Ada Lovelace',
    external_id: 'dispute_opened:dp_1@helpdesk',
    priority: 'urgent',
    tags: ['dispute', 'onpaid'],
    comments: [{ public: false }],
  });
  const [note] = ticket!.comments;
  expect(note!.body).toContain('A payment of $49.00 is disputed: they say they did not make this payment.');
  expect(note!.body).toContain('Respond in Stripe by 2026-03-12 23:59 UTC.');
  expect(note!.body).toContain(
    'Customer: Ada Lovelace, ada@example.com, cus_1\nDispute: dp_1 (fraudulent)\nAccess: open',
  );
});

test.each([
  ['won', 'was won. The bank decided for you, and Stripe pays the amount back to you.'],
  ['lost', 'was lost. The bank decided for the cardholder, who keeps the amount.'],
  ['withdrawn', 'was withdrawn. Nothing more is asked of you.'],
] as const)('a dispute that is %s is said once on its own ticket, which is solved', async (outcome, words) => {
  const failureTicket = await openTicket();
  const id = await openDispute();
  expect(await closeDispute(outcome)).toMatchObject({ ok: true, value: { remoteId: id } });
  expect(await closeDispute(outcome)).toMatchObject({ ok: true, value: { remoteId: id } });
  const [failure, dispute] = await tickets();
  expect(failure).toMatchObject({ id: Number(failureTicket), status: 'new' });
  expect(dispute).toMatchObject({ status: 'solved', tags: ['dispute', `dispute_${outcome}`, 'onpaid'] });
  expect(dispute!.comments).toMatchObject([{}, { public: false, body: expect.stringContaining(words) }]);
});

test('a dispute without a date to respond by, of somebody without a name, says so', async () => {
  const open = connect().handlers['helpdesk.dispute_opened'];
  if (open?.shape !== 'message') throw new Error('no handler');
  const person = { subjectId: 'cus_1', email: null, name: null, locale: null };
  const request = await open.build(aDispute({ person, respondBy: null }), aSendContext());
  const { ticket } = JSON.parse(Buffer.from(request.bodyBase64!, 'base64').toString());
  expect(ticket.subject).toBe('Dispute of $49.00: dp_1');
  expect(ticket).not.toHaveProperty('requester');
  expect(ticket.comment.body).toContain('Stripe names no date to respond by.');
});

test('the probe says who we are, and that a wrong token is one', async () => {
  const signal = new AbortController().signal;
  expect(await connect().probe(signal)).toEqual({ ok: true, value: { account: 'Onpaid' } });
  const wrong = connectZendesk({ baseUrl: proxy.url, email: secrets.zendeskEmail, token: 'zd-wrong' });
  expect(await wrong.probe(signal)).toMatchObject({ ok: false, failure: { kind: 'auth' } });
  proxy.break({ kind: 'answer', status: 200, body: '{"user":{"id":null,"name":"Anonymous user"}}' });
  expect(await connect().probe(signal)).toMatchObject({ ok: false, failure: { kind: 'auth' } });
});

test.each(recordedErrors)('Zendesk says $name', ({ method, status, headers, body, expect: expected }) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = { status, headers: (headers ?? {}) as Record<string, string>, text };
  const asked = { label: 'Zendesk', what: 'test', repeatable: false };
  const failure = zendeskRefusal(reply, { method }) ?? failureOf(reply, asked, at);
  expect(JSON.parse(JSON.stringify(failure))).toMatchObject(expected);
});
