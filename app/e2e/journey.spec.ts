import { buy } from './buy.ts';
import { expect, withInstallation } from './installation.ts';

const test = withInstallation();

const person = { email: 'paula@customer.example', name: 'Paula Prado' };

interface Inbox<Records> {
  records: Records;
  requests: { method: string; path: string; status: number | null }[];
}

test('a purchase ends with access, one contact, one account, one mail, one message, and a row on the dashboard', async ({
  page,
  context,
  installation,
}) => {
  const run = await installation.run();

  await test.step('the landing page says what is sold, and every screen says SANDBOX', async () => {
    await page.goto(run.urls.app);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByText('SANDBOX').first()).toBeVisible();
  });

  await test.step('paying leads to a page that follows the real state until the account is ready', async () => {
    await buy(page, run, person);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/ready/i);
    await expect(page.locator('body')).not.toContainText('Success!');
  });

  await test.step('each vendor heard of it once', async () => {
    const app = await installation.inbox<Inbox<{ accounts: { data: { email: string; access: boolean } }[] }>>('app');
    expect(app.records.accounts.map(({ data }) => [data.email, data.access])).toEqual([[person.email, true]]);
    expect(app.requests).toHaveLength(1);

    const email = await installation.inbox<Inbox<{ mails: { to: string[]; subject: string }[] }>>('email');
    expect(email.records.mails.map((mail) => mail.to)).toEqual([[person.email]]);

    await expect
      .poll(async () => {
        const slack = await installation.inbox<Inbox<{ messages: { text: string }[] }>>('slack');
        return slack.records.messages.length;
      })
      .toBe(1);
    await expect
      .poll(async () => {
        const hubspot = await installation.inbox<Inbox<{ contacts: { properties: { email: string } }[] }>>('hubspot');
        return hubspot.records.contacts.map((contact) => contact.properties.email);
      })
      .toEqual([person.email]);
  });

  await test.step('the buyer signs in by mail and sees why there is access', async () => {
    await page.goto(`${run.urls.app}/sign-in`);
    await page.getByLabel(/e-mail/i).fill(person.email);
    await page.getByRole('button', { name: /send/i }).click();
    await expect.poll(() => signInLink(installation)).not.toBeNull();
    await page.goto((await signInLink(installation)) ?? '');
    await page.getByRole('button', { name: /sign in/i }).click();
    await expect(page).toHaveURL(/\/account/);
    await expect(page.locator('main')).toContainText(/you have access because/i);
    await page.reload();
    await expect(page.locator('main')).toContainText(/you have access because/i);
  });

  await test.step('a buyer is not let into operations', async () => {
    await page.goto(run.urls.operations);
    await expect(page.locator('body')).not.toContainText(person.name);
  });

  await test.step('staff see the row, and the timeline', async () => {
    await context.clearCookies();
    await page.goto(run.staffSignInUrl);
    await expect(page).toHaveURL(/\/ops/);
    const row = page.getByRole('row').filter({ hasText: person.email });
    await expect(row).toHaveCount(1);
    await expect(row).toContainText(/active/i);
    await row.getByRole('link').first().click();
    await expect(page).toHaveURL(/\/ops\/customers\//);
    await expect(page.locator('main')).toContainText(/they have access because/i);
    await expect(page.locator('main')).toContainText(/invoice/i);
  });
});

async function signInLink(installation: { inbox<T>(vendor: string): Promise<T> }): Promise<string | null> {
  const { records } = await installation.inbox<Inbox<{ mails: { text: string }[] }>>('email');
  return records.mails.flatMap((mail) => /https?:\/\/\S*\/sign-in\/\S*/.exec(mail.text)?.[0] ?? []).at(-1) ?? null;
}
