import type { EffectKind } from '@onpaid/engine';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  aClosedDispute,
  aConfirmation,
  aDispute,
  aFailedPayment,
  aFraudWarning,
  anEndedAccess,
  anIssue,
  aPurchase,
  aRefund,
  aSendContext,
} from '../testing/samples.ts';
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
  [
    'chat.payment_action_required',
    aConfirmation(),
    'The bank of *Ada Lovelace* wants them to confirm $49.00 for *Team*.',
  ],
  ['chat.refunded', aRefund(), '*Ada Lovelace* was refunded $49.00 for *Team*.'],
  [
    'chat.dispute_opened',
    aDispute(),
    ':warning: A payment of $49.00 by *Ada Lovelace* is disputed: they say they did not make this payment.',
  ],
  ['chat.dispute_closed', aClosedDispute(), 'The dispute of $49.00 by *Ada Lovelace* was won.'],
  [
    'chat.fraud_warning',
    aFraudWarning(),
    ':warning: The card’s bank reports a payment of $49.00 by *Ada Lovelace* as fraud: the card was stolen.',
  ],
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

test('below the sentence stands what helps to act', () => {
  expect(messages['chat.payment_action_required'](aConfirmation()).details).toEqual([
    'ada@example.com',
    'Attempt 1, open until they confirm',
    'Invoice F-0002',
    '<https://invoice.stripe.com/i/2|Where they confirm>',
  ]);
  expect(messages['chat.refunded'](aRefund({ isWhole: false })).details).toEqual([
    'ada@example.com',
    'A part of the payment',
    'Invoice F-0001',
  ]);
  expect(messages['chat.dispute_opened'](aDispute()).details).toEqual([
    'ada@example.com',
    'Respond in Stripe by 2026-03-12 23:59 UTC',
    'Access is open',
    'dp_1',
  ]);
  expect(messages['chat.dispute_closed'](aClosedDispute({ outcome: 'lost', hasAccess: false })).details).toEqual([
    'ada@example.com',
    'The bank decided for the cardholder, who keeps the amount.',
    'Access is closed',
    'dp_1',
  ]);
  expect(messages['chat.fraud_warning'](aFraudWarning()).details).toEqual([
    'ada@example.com',
    'Refund it in Stripe now, unless it is disputed already: that costs less than a dispute',
    'ch_1',
  ]);
});

test('what is not known is not claimed', () => {
  const dispute = messages['chat.dispute_opened'](aDispute({ reason: 'a_reason_<of>_tomorrow', respondBy: null }));
  expect(dispute.text).toContain('is disputed: a reason &lt;of&gt; tomorrow.');
  expect(dispute.details).toContain('Stripe names no date to respond by');
  const warning = messages['chat.fraud_warning'](aFraudWarning({ fraudType: 'constructor', charged: null }));
  expect(warning.text).toBe(':warning: The card’s bank reports a payment by *Ada Lovelace* as fraud: constructor.');
});

test('an alarm whose answer was lost is rung again; news waits for a person', () => {
  const { handlers } = connectSlack({ webhookUrl: standIns.baseUrls.slack });
  const onUnknown = Object.entries(handlers).map(([kind, { guarantee }]) => [
    kind,
    guarantee.kind === 'none' && guarantee.onUnknown,
  ]);
  expect(onUnknown.filter(([, answer]) => answer === 'resend').map(([kind]) => kind)).toEqual([
    'chat.dispute_opened',
    'chat.fraud_warning',
    'chat.issue_opened',
    'chat.issue_resolved',
  ]);
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
