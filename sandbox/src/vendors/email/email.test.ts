import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenStandIns, openStandIns } from '../testing/stand-ins.ts';

let vendor: OpenStandIns;
beforeEach(async () => {
  vendor = await openStandIns();
});
afterEach(() => vendor.close());

function send(messageId = '<op_1@example.com>') {
  const transport = createTransport({ url: vendor.baseUrls.smtp, socketTimeout: 500 });
  return transport.sendMail({
    from: 'Acme <hello@example.com>',
    to: 'Łucja <lucja@example.com>',
    subject: 'Your account is ready – now',
    text: 'Sign in: https://example.com/in',
    html: '<html><head><title>x</title></head><body><a href="https://example.com/in" target="_blank">Sign in</a></body></html>',
    messageId,
    headers: { 'X-Onpaid-Effect': 'welcome:sub_1' },
  });
}

const mailsIn = async () => (await vendor.inbox('email')).records.mails;

test('a mail is kept whole: envelope, subject, both parts, Message-ID, headers and raw', async () => {
  await send();
  const [mail] = await mailsIn();
  expect(mail).toMatchObject({
    envelope: { from: 'hello@example.com', to: ['lucja@example.com'] },
    subject: 'Your account is ready – now',
    from: 'Acme <hello@example.com>',
    to: ['Łucja <lucja@example.com>'],
    text: expect.stringContaining('https://example.com/in'),
    html: expect.stringContaining('Sign in'),
    messageId: '<op_1@example.com>',
    raw: expect.stringContaining('Message-ID: <op_1@example.com>'),
  });
  expect(mail.headers).toContainEqual({ name: 'X-Onpaid-Effect', value: 'welcome:sub_1' });
});

test('the same Message-ID twice is two mails, the second marked as seen before', async () => {
  await send();
  await send();
  const { records, requests } = await vendor.inbox('email');
  expect(records.mails).toHaveLength(2);
  expect(requests).toMatchObject([
    { method: 'MAIL', path: 'lucja@example.com', status: 250, duplicate: false, idempotencyKey: '<op_1@example.com>' },
    { status: 250, duplicate: true },
  ]);
});

test.each([
  ['refused at RCPT', { mode: 'error', times: 1 }, { code: 'EENVELOPE', responseCode: 550 }, 0],
  ['4xx after DATA', { mode: 'error', status: 451, times: 1 }, { code: 'EMESSAGE', responseCode: 451 }, 0],
  ['too many after DATA', { mode: 'rate_limited', times: 1 }, { code: 'EMESSAGE', responseCode: 451 }, 0],
  ['dropped before DATA', { mode: 'drop_before', times: 1 }, { code: 'ECONNECTION' }, 0],
  ['dropped after the final dot', { mode: 'drop_after_commit', times: 1 }, { code: 'ECONNECTION' }, 1],
  ['accepted, then silent', { mode: 'hang', times: 1 }, { code: 'ETIMEDOUT' }, 1],
])('fault: %s', async (_, fault, error, kept) => {
  await vendor.fault('email', fault);
  await expect(send()).rejects.toMatchObject(error);
  expect(await mailsIn()).toHaveLength(kept);
  await send();
  expect(await mailsIn()).toHaveLength(kept + 1);
});

test('the preview opens links in the whole window, runs no script and shows the plain text beside it', async () => {
  await send();
  const [{ id }] = await mailsIn();
  const page = await vendor.call('GET', `${vendor.inboxUrls.email}/${id}`);
  expect(page.text).toContain('<pre>Sign in: https://example.com/in');
  const preview = await vendor.call('GET', `${vendor.inboxUrls.email}/${id}/html`);
  expect(preview.text).toContain('<head><base target="_top">');
  expect(preview.text).not.toContain('_blank');
  expect(preview.headers.get('content-security-policy')).toContain("default-src 'none'");
});
