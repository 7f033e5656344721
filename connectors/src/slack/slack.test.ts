import type { EffectKind } from '@onpaid/engine';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { aFailedPayment, anEndedAccess, anIssue, aPurchase, aSendContext } from '../testing/samples.ts';
import { type StandIns, startStandIns } from '../testing/stand-ins.ts';
import { slackRefusal } from './client.ts';
import recordedErrors from './fixtures/errors.json' with { type: 'json' };
import { connectSlack } from './index.ts';
import { messageBody, messages } from './map.ts';

let standIns: StandIns;
beforeAll(async () => {
  standIns = await startStandIns();
});
afterAll(() => standIns.close());
beforeEach(() => standIns.reset());

test.each([
  ['chat.sale', aPurchase(), '*Ada Lovelace* bought *Team* for $49.00.'],
  ['chat.payment_failed', aFailedPayment(), 'A payment of $49.00 by *Ada Lovelace* failed for *Team*.'],
  ['chat.access_ended', anEndedAccess(), '*Ada Lovelace* no longer has access to *Team*.'],
  ['chat.issue_opened', anIssue(), ':warning: Issue 7: HubSpot answers 500.'],
  ['chat.issue_resolved', anIssue(), ':white_check_mark: Issue 7 is over: HubSpot answers 500.'],
] as const)('%s is posted as one sentence', async (kind, payload, text) => {
  const handler = connectSlack({ webhookUrl: standIns.baseUrls.slack }).handlers[kind as EffectKind];
  if (handler?.shape !== 'message') throw new Error('no handler');
  const context = aSendContext();
  const request = await handler.build(payload as never, context);
  expect(await handler.send(request, context)).toMatchObject({ ok: true, value: { status: 200 } });
  expect((await standIns.records('slack')).messages).toMatchObject([{ text }]);
});

test('a customer cannot ring the channel or forge a link by their name', () => {
  const person = {
    subjectId: 'cus_1',
    email: 'a@example.com',
    name: '<!channel> & <https://evil.example|Invoice>',
    locale: null,
  };
  const body = JSON.stringify(
    messageBody(messages['chat.sale'](aPurchase({ person, invoiceUrl: 'https://x.example/?a=1&b=|>' }))),
  );
  expect(body).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|Invoice&gt;');
  expect(body).toContain('<https://x.example/?a=1&amp;b=%7C&gt;|Invoice>');
});

test('amounts are written as their currency is', () => {
  const sale = (amountCents: number, currency: string) =>
    messages['chat.sale'](aPurchase({ paid: { amountCents, currency } })).text;
  expect(sale(500, 'jpy')).toContain('¥500.');
  expect(sale(1234, 'kwd')).toContain('1.234');
  expect(sale(50000, 'isk')).toContain('ISK\u00a0500.');
});

test('the probe posts nothing', async () => {
  const connection = connectSlack({ webhookUrl: standIns.baseUrls.slack });
  expect(await connection.probe(new AbortController().signal)).toEqual({ ok: true, value: { account: null } });
  expect((await standIns.records('slack')).messages).toEqual([]);
});

test('a webhook that is gone is told by the probe', async () => {
  const connection = connectSlack({ webhookUrl: `${standIns.baseUrls.slack}-gone` });
  expect(await connection.probe(new AbortController().signal)).toMatchObject({ ok: false, failure: { kind: 'gone' } });
});

test.each(recordedErrors)('Slack says $status $body', ({ status, body, expect: expected }) => {
  expect(slackRefusal({ status, headers: {}, text: body })).toMatchObject(expected);
});
