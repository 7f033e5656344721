import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openDatabase } from '../db/database.ts';
import { createMetrics } from '../observe/metrics.ts';
import { aStripeEvent, signEvent, TEST_WEBHOOK_SECRET } from '../testing/stripe-events.ts';
import { aCheckoutSession, anInvoice, aPaymentMethod } from '../testing/stripe-objects.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { MAX_BODY_BYTES, type WebhookOptions } from './answer.ts';
import { createWebhookHandler } from './handler.ts';
import { createRecorder, EventNotStored } from './record.ts';

const silent = pino({ level: 'silent' });

async function receiving(options: Partial<WebhookOptions> = {}) {
  const database = await testDatabase();
  const handle = createWebhookHandler({
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder: createRecorder({ pool: database.pool }),
    now: () => new Date(),
    log: silent,
    ...options,
  });
  return { database, handle };
}

interface Sending {
  method?: string;
  contentType?: string | null;
  signature?: string | null;
  headers?: Record<string, string>;
}

function aRequest(body: string | Uint8Array<ArrayBuffer> | ReadableStream | null, sending: Sending = {}): Request {
  const headers = new Headers(sending.headers);
  const { contentType = 'application/json; charset=utf-8' } = sending;
  if (contentType !== null) headers.set('content-type', contentType);
  const signed = typeof body === 'string' || body instanceof Uint8Array ? signEvent(body, TEST_WEBHOOK_SECRET) : null;
  const signature = sending.signature === undefined ? signed : sending.signature;
  if (signature !== null) headers.set('stripe-signature', signature);
  const init: RequestInit = { method: sending.method ?? 'POST', headers, body };
  if (body instanceof ReadableStream) init.duplex = 'half';
  return new Request('http://127.0.0.1/api/stripe/webhook', init);
}

async function answerOf(response: Response) {
  const body = (await response.json()) as { status?: string; eventId?: string; error?: { code: string } };
  return { status: response.status, word: body.error?.code ?? body.status, body, headers: response.headers };
}

const countEvents = async ({ db }: TestDatabase) => (await db.selectFrom('event').select('id').execute()).length;

const event = aStripeEvent('invoice.paid', anInvoice());
const text = JSON.stringify(event);
const long = 'x'.repeat(5_000_000);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test('a genuine event is stored, and the answer says what was done with it', async () => {
  const { database, handle } = await receiving();
  const first = await answerOf(await handle(aRequest(text)));
  expect(first).toMatchObject({ status: 200, body: { status: 'recorded', eventId: event.id } });
  expect(first.body).toHaveProperty('requestId', first.headers.get('x-request-id'));
  expect((await answerOf(await handle(aRequest(text)))).word).toBe('duplicate');
  expect(await countEvents(database)).toBe(1);
});

test.each<[string, () => Request, number, string]>([
  ['no body', () => aRequest(null, { signature: signEvent('', TEST_WEBHOOK_SECRET) }), 400, 'body_missing'],
  ['an empty body', () => aRequest('', {}), 400, 'body_missing'],
  ['a body of 5 MB', () => aRequest(long), 413, 'body_too_large'],
  ['a method that is not POST', () => aRequest(null, { method: 'GET' }), 405, 'method_not_allowed'],
  ['another method with a body', () => aRequest(text, { method: 'PUT' }), 405, 'method_not_allowed'],
  [
    'a form',
    () => aRequest(text, { contentType: 'application/x-www-form-urlencoded' }),
    415,
    'content_type_unsupported',
  ],
  ['something like JSON', () => aRequest(text, { contentType: 'application/jsonp' }), 415, 'content_type_unsupported'],
  ['no content type', () => aRequest(Buffer.from(text), { contentType: null }), 415, 'content_type_unsupported'],
  ['no signature', () => aRequest(text, { signature: null }), 400, 'signature_missing'],
  ['a malformed signature', () => aRequest(text, { signature: 'v1=nothing' }), 400, 'signature_malformed'],
  [
    'the signature of another secret',
    () => aRequest(text, { signature: signEvent(text, 'whsec_other') }),
    400,
    'signature_mismatch',
  ],
  [
    'the signature of an empty secret',
    () => aRequest(text, { signature: signEvent(text, '') }),
    400,
    'signature_mismatch',
  ],
  [
    'an expired signature',
    () => aRequest(text, { signature: signEvent(text, TEST_WEBHOOK_SECRET, minutesAgo(6)) }),
    400,
    'signature_expired',
  ],
  [
    'a signature of tomorrow',
    () => aRequest(text, { signature: signEvent(text, TEST_WEBHOOK_SECRET, minutesAgo(-1_440)) }),
    400,
    'signature_in_future',
  ],
])('RC1: %s is refused with its own answer, and stores nothing', async (_, request, status, code) => {
  const { database, handle } = await receiving();
  const answer = await answerOf(await handle(request()));
  expect(answer).toMatchObject({ status, body: { error: { code, requestId: answer.headers.get('x-request-id') } } });
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
  expect(await countEvents(database)).toBe(0);
});

test.each<[string, string, string]>([
  ['JSON that is no JSON', '{"id": "evt_1", ', 'invalid'],
  ['JSON that is no event', '{"hello": "world"}', 'invalid'],
  ['an unknown type', JSON.stringify(aStripeEvent('comet.sighted', { id: 'co_1', object: 'comet' })), 'ignored'],
  [
    'an event of the other mode',
    JSON.stringify(aStripeEvent('invoice.paid', anInvoice(), { livemode: true })),
    'quarantined',
  ],
])('RC3: %s, when Stripe signed it, is kept and answered 200', async (_, body, word) => {
  const { database, handle } = await receiving();
  expect(await answerOf(await handle(aRequest(body)))).toMatchObject({ status: 200, word });
  expect(await answerOf(await handle(aRequest(body)))).toMatchObject({ status: 200, word: 'duplicate' });
  const { disposition } = await database.db.selectFrom('event').select('disposition').executeTakeFirstOrThrow();
  const payload = await database.db.selectFrom('event_payload').select('body').executeTakeFirstOrThrow();
  expect(disposition).toBe(word);
  expect(payload.body.toString().replaceAll(' ', '')).toBe(body.replaceAll(' ', ''));
});

test('RC5: an event sent twenty times at once is recorded once, and every sender is told', async () => {
  const { database, handle } = await receiving();
  const answers = await Promise.all(Array.from({ length: 20 }, async () => answerOf(await handle(aRequest(text)))));
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
  expect(answers.filter((answer) => answer.word === 'recorded')).toHaveLength(1);
  expect(await countEvents(database)).toBe(1);
});

test('RC2: an event signed with the old secret is recorded while the secret is being rolled', async () => {
  const { handle } = await receiving({ secrets: ['whsec_the_new_one_1234', TEST_WEBHOOK_SECRET] });
  expect((await answerOf(await handle(aRequest(text)))).word).toBe('recorded');
});

test('the limit holds while reading, whatever content-length says, and reading stops there', async () => {
  const { handle } = await receiving();
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 100_000;
      controller.enqueue(new Uint8Array(100_000));
    },
  });
  const answer = await answerOf(await handle(aRequest(endless, { headers: { 'content-length': '12' } })));
  expect(answer).toMatchObject({ status: 413, word: 'body_too_large' });
  expect(sent).toBeLessThan(MAX_BODY_BYTES * 2);
});

test('a sender that goes away in the middle is answered, not thrown at', async () => {
  const { handle } = await receiving();
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('socket hang up')) });
  expect(await answerOf(await handle(aRequest(broken)))).toMatchObject({ status: 400, word: 'body_unreadable' });
});

test('RC4: with the database down the answer is 503 and says when to come back; when it is up the event is recorded', async () => {
  const { database, handle } = await receiving();
  const nowhere = openDatabase(database.url.replace(/:\d+\//, ':1/'));
  const down = createWebhookHandler({
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder: createRecorder({ pool: nowhere.pool }),
    now: () => new Date(),
    log: silent,
  });
  const refused = await answerOf(await down(aRequest(text)));
  expect(refused).toMatchObject({ status: 503, word: 'database_unavailable' });
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(JSON.stringify(refused.body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
  await nowhere.close();
  expect((await answerOf(await handle(aRequest(text)))).word).toBe('recorded');
});

test('RC8: an event the database refuses is a 500 with a request id, and the log has the reason', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const recorder = {
    record: () => Promise.reject(new EventNotStored('evt_1', new Error('value out of range'))),
    close: () => Promise.resolve(),
  };
  const handle = createWebhookHandler({
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder,
    now: () => new Date(),
    log,
  });
  const answer = await answerOf(await handle(aRequest(text)));
  expect(answer).toMatchObject({ status: 500, word: 'event_not_stored' });
  expect(JSON.stringify(answer.body)).not.toContain('out of range');
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    requestId: answer.headers.get('x-request-id'),
    code: 'event_not_stored',
  });
  expect(lines[0]).toContain('value out of range');
});

test.each([[[]], [['']], [['whsec_...']], [[TEST_WEBHOOK_SECRET, '']]])(
  'it refuses to start with the secrets %j',
  (secrets) => {
    const recorder = { record: () => Promise.reject(new Error('never asked')), close: () => Promise.resolve() };
    expect(() => createWebhookHandler({ mode: 'test', secrets, recorder, now: () => new Date(), log: silent })).toThrow(
      /STRIPE_WEBHOOK_SECRET/,
    );
  },
);

test('RC7: no card number, security code or client secret is in any stored row', async () => {
  const { database, handle } = await receiving();
  const card = { number: '4242424242424242', cvc: '314', exp_month: 4, exp_year: 2031, last4: '4242', brand: 'visa' };
  const charge = {
    id: 'ch_1',
    object: 'charge',
    payment_method_details: { type: 'card', card },
    description: 'card 5555 5555 5555 4444',
  };
  const bodies = [
    JSON.stringify(aStripeEvent('payment_method.attached', aPaymentMethod({ card }))),
    JSON.stringify(aStripeEvent('charge.succeeded', charge)),
    JSON.stringify(aStripeEvent('checkout.session.completed', aCheckoutSession({ client_secret: 'cs_1_secret_Zx81' }))),
    JSON.stringify({ no: 'event', card, client_secret: 'pi_1_secret_Zx81' }),
    `{"broken": "4242424242424242", "cvc": "314", "client_secret": "pi_1_secret_Zx81"`,
  ];
  for (const body of bodies) expect((await handle(aRequest(body))).status).toBe(200);

  const rows = await database.db.selectFrom('event_payload').select('body').execute();
  expect(rows).toHaveLength(bodies.length);
  for (const { body } of rows) expect(body.toString()).not.toMatch(/424242424242|5555 5555|314|Zx81/);
});

test('whatever bytes arrive, signed or not, the answer is a known one', async () => {
  const { handle } = await receiving();
  const known = new Set([
    'body_missing',
    'signature_missing',
    'signature_malformed',
    'signature_mismatch',
    'invalid',
    'duplicate',
  ]);
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((value) => new TextEncoder().encode(value)),
    fc
      .dictionary(fc.constantFrom('id', 'object', 'type', 'created', 'livemode', 'data', '__proto__'), fc.jsonValue())
      .map((value) => new TextEncoder().encode(JSON.stringify({ ...value, object: 'event' }))),
  );
  await fc.assert(
    fc.asyncProperty(bodies, fc.option(fc.string({ unit: 'grapheme-ascii' })), async (body, signature) => {
      const bytes = new Uint8Array(body);
      const response = await handle(aRequest(bytes, signature === null ? {} : { signature: `t=1,${signature}` }));
      const answer = await answerOf(response);
      expect(known).toContain(answer.word);
      expect(answer.status).toBe(answer.body.error ? 400 : 200);
    }),
    { numRuns: 200 },
  );
});

test('every answer is counted by its word and timed by its status', async () => {
  const metrics = createMetrics();
  const { handle } = await receiving({ metrics });
  await handle(aRequest(text));
  await handle(aRequest(text));
  await handle(aRequest(text, { signature: null }));
  const exported = await metrics.text();
  expect(exported).toContain('onpaid_webhook_answers_total{word="recorded"} 1');
  expect(exported).toContain('onpaid_webhook_answers_total{word="duplicate"} 1');
  expect(exported).toContain('onpaid_webhook_answers_total{word="signature_missing"} 1');
  expect(exported).toContain('onpaid_webhook_duration_seconds_count{status="200"} 2');
});
