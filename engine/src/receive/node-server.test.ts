import { connect } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { aStripeEvent, signEvent, TEST_WEBHOOK_SECRET } from '../testing/stripe-events.ts';
import { anInvoice } from '../testing/stripe-objects.ts';
import { testDatabase } from '../testing/test-database.ts';
import { startReceiver } from './node-server.ts';
import { createRecorder, type Recorder } from './record.ts';

async function receiving(recorder?: Recorder) {
  const { db, pool } = await testDatabase();
  const receiver = await startReceiver({
    port: 0,
    host: '127.0.0.1',
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder: recorder ?? createRecorder({ pool }),
    now: () => new Date(),
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => receiver.close());
  return { db, receiver, url: `http://127.0.0.1:${receiver.port}/api/stripe/webhook` };
}

const text = JSON.stringify(aStripeEvent('invoice.paid', anInvoice()));
const post = (url: string, body: string, signature = signEvent(body, TEST_WEBHOOK_SECRET)) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } });

test('a genuine event is stored, and a forged one is not', async () => {
  const { db, url } = await receiving();
  const stored = await post(url, text);
  expect(stored.status).toBe(200);
  expect(stored.headers.get('x-request-id')).toMatch(/^req_/);
  expect(await stored.json()).toMatchObject({ status: 'recorded' });
  expect((await post(url, text, signEvent(text, 'whsec_somebody_else'))).status).toBe(400);
  expect(await db.selectFrom('event').select('id').execute()).toHaveLength(1);
});

test('another path is not found, another method is not allowed, and 5 MB are too many', async () => {
  const { url } = await receiving();
  expect((await post(url.replace('webhook', 'else'), text)).status).toBe(404);
  expect((await fetch(url)).status).toBe(405);
  expect((await post(url, 'x'.repeat(5_000_000))).status).toBe(413);
  expect((await post(`${url}?from=stripe`, text)).status).toBe(200);
});

test('a chunked body without a length is cut off at the limit, and its sender still gets the answer', async () => {
  const { url } = await receiving();
  const chunks = new ReadableStream({
    start(controller) {
      for (let index = 0; index < 30; index += 1) controller.enqueue(new Uint8Array(100_000));
      controller.close();
    },
  });
  const response = await fetch(url, {
    method: 'POST',
    body: chunks,
    duplex: 'half',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(413);
});

test('a sender that leaves in the middle of its body harms nobody', async () => {
  const { receiver, url } = await receiving();
  const socket = connect(receiver.port, '127.0.0.1');
  const headers = [
    'POST /api/stripe/webhook HTTP/1.1',
    'host: x',
    'content-type: application/json',
    'content-length: 999',
  ];
  socket.write(`${headers.join('\r\n')}\r\n\r\n{"id":`);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
  expect((await post(url, text)).status).toBe(200);
});

test('closing answers what is under way', async () => {
  let finish = () => {};
  const arrived = Promise.withResolvers<void>();
  const { receiver, url } = await receiving({
    record: () => {
      arrived.resolve();
      return new Promise((resolve) => {
        finish = () => resolve('recorded');
      });
    },
    close: () => Promise.resolve(),
  });
  const underWay = post(url, text);
  await arrived.promise;
  const closed = receiver.close();
  finish();
  expect((await underWay).status).toBe(200);
  await closed;
  await expect(post(url, text)).rejects.toThrow();
});

test('a taken port is said in words', async () => {
  const { receiver } = await receiving();
  const { pool } = await testDatabase();
  const second = startReceiver({
    port: receiver.port,
    host: '127.0.0.1',
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder: createRecorder({ pool }),
    now: () => new Date(),
    log: pino({ level: 'silent' }),
  });
  await expect(second).rejects.toThrow(
    `The receiver cannot listen on 127.0.0.1:${receiver.port}: another program listens there.`,
  );
});
