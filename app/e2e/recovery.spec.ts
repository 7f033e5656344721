import { buy } from './buy.ts';
import { expect, type Installation, signInAsStaff, withInstallation } from './installation.ts';

const test = withInstallation();

interface Effect {
  id: string;
  kind: string;
  state: string;
  attempts: number;
}
interface Inbox<Records> {
  records: Records;
  requests: unknown[];
}

async function effects(installation: Installation): Promise<Effect[]> {
  const { output } = await installation.onpaid('effects', 'list', '--json', '--limit', '1000');
  return JSON.parse(output) as Effect[];
}

async function stateOf(installation: Installation, kind: string, name: string): Promise<string | undefined> {
  return (await effects(installation)).find((effect) => effect.kind === kind && effect.id.startsWith(name))?.state;
}

test('EF7: with HubSpot down the rest goes through, the third failure opens an issue and alerts, and its return closes it', async ({
  page,
  installation,
}) => {
  const run = await installation.run();
  await installation.breakVendor('hubspot', { mode: 'error', status: 500 });
  await buy(page, run, { email: 'hugo@customer.example', name: 'Hugo Hall' });
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/ready/i);

  await expect.poll(() => stateOf(installation, 'chat.issue_opened', 'issue_opened'), { timeout: 60_000 }).toBe('sent');
  expect(await messages(installation)).toEqual(expect.arrayContaining([expect.stringMatching(/HubSpot/)]));
  await signInAsStaff(page, installation);
  await page.goto(`${run.urls.operations}/issues`);
  await expect(page.locator('main')).toContainText(/HubSpot/);

  await installation.mendVendor('hubspot');
  await expect.poll(() => stateOf(installation, 'crm.contact', 'contact'), { timeout: 90_000 }).toBe('sent');
  const { records } = await installation.inbox<Inbox<{ contacts: { properties: { email: string } }[] }>>('hubspot');
  expect(records.contacts.map((contact) => contact.properties.email)).toEqual(['hugo@customer.example']);
  await expect.poll(() => stateOf(installation, 'chat.issue_resolved', 'issue_resolved')).toBe('sent');
});

test('kill -9 of the worker while it sends loses nothing and repeats nothing; what cannot be known is shown', async ({
  page,
  installation,
}) => {
  const before = await counts(installation);
  // The answers never come, so the worker is in the middle of sending when it dies.
  for (const vendor of ['hubspot', 'slack', 'app']) await installation.breakVendor(vendor, { mode: 'hang' });
  await buy(page, await installation.run(), { email: 'kira@customer.example', name: 'Kira Kaya' });
  await expect
    .poll(async () => (await effects(installation)).filter((effect) => effect.state === 'sending').length)
    .toBe(3);

  const { pids } = await installation.run();
  process.kill(pids.worker ?? 0, 'SIGKILL');
  for (const vendor of ['hubspot', 'slack', 'app']) await installation.mendVendor(vendor);

  await expect
    .poll(
      async () =>
        (await effects(installation)).filter((effect) => effect.id.includes('sale:') && effect.state === 'unknown')
          .length,
      {
        timeout: 150_000,
      },
    )
    .toBe(1);
  await expect
    .poll(
      async () =>
        (await effects(installation)).filter((effect) => !['sent', 'suppressed', 'unknown'].includes(effect.state)),
      {
        timeout: 60_000,
      },
    )
    .toEqual([]);
  const after = await counts(installation);
  expect(after.contacts).toBe(before.contacts + 1);
  expect(after.accounts).toBe(before.accounts + 1);
  expect(after.welcomes).toBe(before.welcomes + 1);
  expect((await installation.run()).pids.worker).not.toBe(pids.worker);

  await signInAsStaff(page, installation);
  await page.goto(`${(await installation.run()).urls.operations}/effects?group=unknown`);
  await expect(page.locator('main')).toContainText(/sale/i);
});

test('when webhooks are late, the page the buyer comes back to is right all the same', async ({
  page,
  installation,
}) => {
  const { sandbox } = await installation.run();
  const deliver = async (hold: boolean) => {
    const response = await fetch(`${sandbox.stripe}/_control/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ deliver: { hold } }),
    });
    expect(response.status).toBe(200);
  };
  const welcomes = async () => (await counts(installation)).welcomes;
  const before = await welcomes();
  await deliver(true);
  await buy(page, await installation.run(), { email: 'lars@customer.example', name: 'Lars Lund' });
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/ready/i, { timeout: 60_000 });
  expect(await welcomes()).toBe(before + 1);

  await deliver(false);
  await expect
    .poll(async () => (await installation.onpaid('events', 'list', '--json', '--limit', '1000')).output)
    .toContain('checkout.session.completed');
  await expect
    .poll(async () =>
      (await effects(installation)).filter((effect) => ['planned', 'sending', 'held'].includes(effect.state)),
    )
    .toEqual([]);
  expect(await welcomes()).toBe(before + 1);
});

async function messages(installation: Installation): Promise<string[]> {
  const { records } = await installation.inbox<Inbox<{ messages: { text: string }[] }>>('slack');
  return records.messages.map((message) => message.text);
}

async function counts(installation: Installation) {
  const hubspot = await installation.inbox<Inbox<{ contacts: unknown[] }>>('hubspot');
  const app = await installation.inbox<Inbox<{ accounts: unknown[] }>>('app');
  const email = await installation.inbox<Inbox<{ mails: { subject: string }[] }>>('email');
  return {
    contacts: hubspot.records.contacts.length,
    accounts: app.records.accounts.length,
    welcomes: email.records.mails.length,
  };
}
