/**
 * Takes the pictures of docs/pictures from a real installation: landing, pricing, payment, success, account and operations,
 * in light and dark, and on a phone. Run: node scripts/pictures.ts [folder]
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserContext, chromium, type Page } from '@playwright/test';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'docs/pictures');
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 740 } },
] as const;

interface Run {
  urls: { app: string; pricing: string; operations: string };
  staffSignInUrl: string;
  sandbox: { faultsUrl: string; stripe: string };
}

const home = await mkdtemp(join(tmpdir(), 'onpaid-pictures-'));
const supervisor = spawn(process.execPath, [join(root, 'cli/bin/onpaid.js'), 'start', '--port', '0'], {
  cwd: root,
  env: { ...process.env, ONPAID_HOME: home },
  stdio: 'inherit',
});
const gone = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()));
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ ...(existsSync(executablePath) ? { executablePath } : {}), args: flags });
try {
  const run = await ready();
  const buyer = await browser.newContext();
  const returned = await buy(await buyer.newPage(), run, 'paula@customer.example', 'Paula Prado');
  for (const [email, name] of [
    ['yuki@customer.example', 'Yuki Tanaka'],
    ['amira@customer.example', 'أميرة حداد'],
    [
      'maximilian.von.hohenstein-wittelsbach@a-rather-long-domain.example',
      'Maximilian Freiherr von Hohenstein-Wittelsbach',
    ],
  ] as const) {
    const context = await browser.newContext();
    await buy(await context.newPage(), run, email, name);
    await context.close();
  }
  await renewFailing(run);
  const cookies = await buyer.cookies();
  const staffContext = await browser.newContext();
  const staffPage = await staffContext.newPage();
  await staffPage.goto(run.staffSignInUrl);
  await staffPage.waitForURL(/\/ops/);
  const staffCookies = await staffContext.cookies();
  const customer = await firstCustomer(staffPage);

  for (const look of looks) {
    const context = await browser.newContext({
      colorScheme: look.colorScheme,
      viewport: look.viewport,
      deviceScaleFactor: 1,
    });
    await context.addCookies(cookies);
    await picture(context, run.urls.app, `landing-${look.name}`, true);
    await picture(context, run.urls.pricing, `pricing-${look.name}`, true);
    await picture(context, `${run.urls.app}/checkout?price=team_monthly`, `checkout-${look.name}`, false);
    await picture(context, returned, `success-${look.name}`, false);
    await picture(context, `${run.urls.app}/sign-in`, `sign-in-${look.name}`, false);
    await context.clearCookies();
    await context.addCookies(staffCookies);
    await picture(context, run.urls.operations, `dashboard-${look.name}`, false);
    await picture(context, customer, `customer-${look.name}`, false);
    await picture(context, `${run.urls.operations}/effects`, `effects-${look.name}`, false);
    await picture(context, `${run.urls.operations}/issues`, `issues-${look.name}`, false);
    await context.close();
  }
} finally {
  await browser.close();
  supervisor.kill('SIGTERM');
  await gone;
  await rm(home, { recursive: true, force: true });
}

async function ready(): Promise<Run> {
  for (;;) {
    if (supervisor.exitCode !== null) throw new Error('onpaid start ended before it was ready.');
    const text = await readFile(join(home, 'run.json'), 'utf8').catch(() => null);
    if (text !== null) return JSON.parse(text) as Run;
    await delay(200);
  }
}

async function buy(page: Page, run: Run, email: string, name: string): Promise<string> {
  await page.goto(run.urls.pricing);
  await page.getByRole('link', { name: /choose team/i }).click();
  await page.getByLabel('Your e-mail address').fill(email);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: /Subscribe and pay/ }).click();
  await page.getByRole('heading', { level: 1, name: /ready/i }).waitFor({ timeout: 60_000 });
  return page.url();
}

/** So that the dashboard has something to say. */
async function renewFailing(run: Run): Promise<void> {
  const state = (await (await fetch(`${run.sandbox.stripe}/_control/state`)).json()) as {
    ids: { subscriptions: string[] };
  };
  const subscription = state.ids.subscriptions.at(-1);
  await fetch(`${run.sandbox.faultsUrl}/zendesk`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'error', status: 500 }),
  });
  await fetch(`${run.sandbox.stripe}/_control/subscriptions/${subscription}/renew`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'failed' }),
  });
  await delay(8_000);
}

async function firstCustomer(page: Page): Promise<string> {
  const href = await page
    .getByRole('row')
    .filter({ hasText: 'Maximilian' })
    .getByRole('link')
    .first()
    .getAttribute('href');
  return new URL(href ?? '/ops', page.url()).href;
}

async function picture(context: BrowserContext, url: string, name: string, fullPage: boolean): Promise<void> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {
    // A page that refreshes by itself is never idle for long; its picture is as good.
  });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  await page.close();
}
