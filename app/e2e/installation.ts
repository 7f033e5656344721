import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';

/** What `onpaid start` writes when it is ready, as far as the journeys use it. */
export interface Run {
  urls: { app: string; pricing: string; operations: string; webhook: string };
  staffSignInUrl: string;
  pids: Record<string, number>;
  databaseUrl: string;
  sandbox: { webhookSecret: string; stripe: string; faultsUrl: string; inboxUrls: Record<string, string> };
}

export interface Installation {
  home: string;
  /** Read anew each time: a process that was started again has another id. */
  run(): Promise<Run>;
  inbox<T>(vendor: string): Promise<T>;
  breakVendor(vendor: string, fault: Record<string, unknown>): Promise<void>;
  mendVendor(vendor: string): Promise<void>;
  onpaid(...args: string[]): Promise<{ code: number | null; output: string }>;
}

const root = join(import.meta.dirname, '../..');
const program = join(root, 'cli/bin/onpaid.js');

/** A test with an installation of its own for the file that calls this: in a folder of its own, on free ports. */
export function withInstallation() {
  return base.extend<object, { installation: Installation }>({
    installation: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from the first parameter's pattern.
      async ({}, use) => {
        const home = await mkdtemp(join(tmpdir(), 'onpaid-e2e-'));
        const stop = await start(home);
        await use(installationAt(home));
        await stop();
        await rm(home, { recursive: true, force: true });
      },
      { scope: 'worker', timeout: 300_000 },
    ],
  });
}
export { expect };

/** With a link of its own: each works once. */
export async function signInAsStaff(page: Page, installation: Installation, role = 'support'): Promise<void> {
  const { output } = await installation.onpaid('staff', 'link', 'sam@staff.example', '--role', role);
  await page.goto(output.trim());
  await expect(page).toHaveURL(/\/ops/);
}

async function start(home: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [program, 'start', '--port', '0'], {
    cwd: root,
    env: environmentFor(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await expect
    .poll(
      async () => {
        if (child.exitCode !== null) throw new Error(`onpaid start ended:\n${output}`);
        return readRun(home).then(
          () => 'ready',
          () => 'not yet',
        );
      },
      { timeout: 240_000, message: 'onpaid start becomes ready' },
    )
    .toBe('ready');
  return async () => {
    child.kill('SIGTERM');
    await gone;
  };
}

function installationAt(home: string): Installation {
  return {
    home,
    run: () => readRun(home),
    async inbox<T>(vendor: string) {
      const { sandbox } = await readRun(home);
      const response = await fetch(`${new URL(sandbox.faultsUrl).origin}/_inbox/${vendor}`);
      return (await response.json()) as T;
    },
    async breakVendor(vendor, fault) {
      const { sandbox } = await readRun(home);
      const response = await fetch(`${sandbox.faultsUrl}/${vendor}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
      expect(response.status).toBe(200);
    },
    async mendVendor(vendor) {
      const { sandbox } = await readRun(home);
      await fetch(`${sandbox.faultsUrl}/${vendor}`, { method: 'DELETE' });
    },
    onpaid: (...args) => runProgram(args, environmentFor(home)),
  };
}

export async function runProgram(
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, output };
}

/** Without what the developer may have set for real vendors. */
export function environmentFor(home: string): NodeJS.ProcessEnv {
  const real = /^(STRIPE_|HUBSPOT_|ZENDESK_|SLACK_|SMTP_|MAIL_|PROVISION_|DATABASE_URL|ONPAID_)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !real.test(name))), ONPAID_HOME: home };
}

async function readRun(home: string): Promise<Run> {
  return JSON.parse(await readFile(join(home, 'run.json'), 'utf8')) as Run;
}
