import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type OpenStandIns, openStandIns } from './testing/stand-ins.ts';

const open: OpenStandIns[] = [];
async function start(options: Parameters<typeof openStandIns>[0] = {}): Promise<OpenStandIns> {
  const standIns = await openStandIns(options);
  open.push(standIns);
  return standIns;
}
afterEach(async () => {
  for (const standIns of open.splice(0)) await standIns.close();
});

const post = (standIns: OpenStandIns, text = 'Sold') =>
  standIns.call('POST', standIns.baseUrls.slack, { body: { text } });

test('a call that meets a fault is broken as said, logged, and counted down', async () => {
  const standIns = await start();
  await standIns.fault('slack', { mode: 'error', status: 503, times: 1 });
  expect((await post(standIns)).status).toBe(503);
  await standIns.fault('slack', { mode: 'rate_limited', retryAfterSeconds: 7, times: 1 });
  const limited = await post(standIns);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  await standIns.fault('slack', { mode: 'drop_before', times: 1 });
  await expect(post(standIns)).rejects.toThrow('fetch failed');
  await standIns.fault('slack', { mode: 'slow', delayMs: 1, times: 1 });
  expect((await post(standIns)).status).toBe(200);

  const { records, requests } = await standIns.inbox('slack');
  expect(records.messages).toHaveLength(1);
  expect(requests).toMatchObject([
    { status: 503, fault: 'error' },
    { status: 429, fault: 'rate_limited' },
    { status: null, fault: 'drop_before' },
    { status: 200, fault: 'slow' },
  ]);
});

test('drop_after_commit does the work and loses the answer', async () => {
  const standIns = await start();
  await standIns.fault('slack', { mode: 'drop_after_commit', times: 1 });
  await expect(post(standIns)).rejects.toThrow('fetch failed');
  const { records, requests } = await standIns.inbox('slack');
  expect(records.messages).toHaveLength(1);
  expect(requests).toMatchObject([{ status: 200, fault: 'drop_after_commit', note: 'posted' }]);
});

test('a call that hangs is in the log while it hangs, and does not hold up closing', async () => {
  const standIns = await openStandIns();
  await standIns.fault('slack', { mode: 'hang' });
  const hanging = expect(post(standIns)).rejects.toThrow('fetch failed');
  await expect
    .poll(async () => (await standIns.inbox('slack')).requests)
    .toMatchObject([{ status: null, fault: 'hang' }]);
  await standIns.close();
  await hanging;
});

test('faults are listed, refused when they make no sense, and cleared', async () => {
  const standIns = await start();
  expect((await standIns.fault('slack', { mode: 'explode' })).status).toBe(400);
  expect((await standIns.fault('pigeon', { mode: 'error' })).status).toBe(404);
  await standIns.fault('hubspot', { mode: 'error' });
  const faults = () => standIns.call('GET', `${standIns.controlUrl}/_faults`);
  expect((await faults()).body).toMatchObject({ hubspot: { mode: 'error' }, slack: null });
  await standIns.call('DELETE', `${standIns.controlUrl}/_faults/hubspot`);
  expect((await faults()).body).toMatchObject({ hubspot: null });
});

test('the form on an inbox page sets and clears a fault', async () => {
  const standIns = await start();
  const submit = (body: string) =>
    standIns.call('POST', `${standIns.inboxUrls.slack}/faults`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  expect((await submit('mode=error&status=502&times=')).status).toBe(303);
  expect((await post(standIns)).status).toBe(502);
  await submit('mode=&status=&times=');
  expect((await post(standIns)).status).toBe(200);
});

test('what was received survives a restart; a reset forgets it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'onpaid-vendors-'));
  try {
    const before = await openStandIns({ dataDir });
    await before.call('POST', `${before.controlUrl}/_seed/hubspot`, {
      body: { contacts: [{ email: 'lead@example.com' }] },
    });
    await post(before);
    await before.close();
    expect(JSON.parse(await readFile(join(dataDir, 'vendors.json'), 'utf8'))).toHaveProperty('slack');

    const after = await start({ dataDir });
    expect((await after.inbox('slack')).requests).toHaveLength(1);
    expect((await after.inbox('hubspot')).records.contacts).toMatchObject([
      { properties: { email: 'lead@example.com' } },
    ]);
    expect((await after.hubspot('GET', '/crm/v3/objects/contacts/101')).status).toBe(200);

    await after.call('POST', `${after.controlUrl}/_reset`);
    expect((await after.inbox('hubspot')).records.contacts).toEqual([]);
    await open.splice(open.indexOf(after), 1)[0]?.close();
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('a state file of another version says which file to delete', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'onpaid-vendors-'));
  try {
    await writeFile(
      join(dataDir, 'vendors.json'),
      JSON.stringify({ slack: { records: { letters: [] }, requests: [] } }),
    );
    await expect(openStandIns({ dataDir })).rejects.toThrow(/vendors\.json failed.*Delete the file/);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

test('SE4: every inbox is a page that says SANDBOX, and escapes what customers wrote', async () => {
  const standIns = await start();
  await post(standIns, '&lt;img src=x onerror=alert(1)&gt;');
  for (const url of [`${standIns.controlUrl}/inbox`, ...Object.values(standIns.inboxUrls)]) {
    const page = await standIns.call('GET', url);
    expect([url, page.status, page.text.includes('SANDBOX')]).toEqual([url, 200, true]);
    expect(page.text).not.toContain('<img');
  }
});

test('SE4: nothing listens beyond 127.0.0.1, not even on its neighbour', async () => {
  const standIns = await start();
  for (const url of [standIns.controlUrl, ...Object.values(standIns.baseUrls)]) {
    const neighbour = new URL(url);
    neighbour.hostname = '127.0.0.2';
    await expect(fetch(neighbour), url).rejects.toThrow('fetch failed');
  }
});

test('a web page of another site is refused', async () => {
  const standIns = await start();
  const reply = await standIns.call('GET', standIns.inboxUrls.email, {
    headers: { origin: 'https://elsewhere.example' },
  });
  expect(reply.status).toBe(403);
});
