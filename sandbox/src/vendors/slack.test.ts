import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenStandIns, openStandIns } from './testing/stand-ins.ts';

let vendor: OpenStandIns;
beforeEach(async () => {
  vendor = await openStandIns();
});
afterEach(() => vendor.close());

test.each([
  ['a text', { text: 'Sold' }, 200, 'ok'],
  ['blocks', { blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Sold' } }] }, 200, 'ok'],
  ['no text', { blocks: [] }, 400, 'no_text'],
  ['no JSON', 'text=Sold', 400, 'invalid_payload'],
  ['a text that is no text', { text: 4 }, 400, 'invalid_payload'],
])('posting %s is answered in plain words', async (_, body, status, words) => {
  expect(await vendor.call('POST', vendor.baseUrls.slack, { body })).toMatchObject({ status, text: words });
});

test('another path is no service', async () => {
  const reply = await vendor.call('POST', `${vendor.baseUrls.slack}x`, { body: { text: 'Sold' } });
  expect(reply).toMatchObject({ status: 404, text: 'no_service' });
});

test('the same message twice is posted twice, and marked as seen before', async () => {
  await vendor.call('POST', vendor.baseUrls.slack, { body: { text: 'Sold' } });
  await vendor.call('POST', vendor.baseUrls.slack, { body: { text: 'Sold' } });
  const { records, requests } = await vendor.inbox('slack');
  expect(records.messages).toHaveLength(2);
  expect(requests.map((each: { duplicate: boolean }) => each.duplicate)).toEqual([false, true]);
});
