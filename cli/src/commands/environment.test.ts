import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot } from '../config.ts';

/** Runs `onpaid` in a folder of its own, with nothing in the environment but what is given. */
async function onpaid(args: string[], env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'onpaid-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, [join(projectRoot, 'cli/bin/onpaid.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const left = (await readdir(folder, { recursive: true })).filter((name) => /postmaster|run\.json/.test(name));
  return { code, output, left };
}

const live = { STRIPE_SECRET_KEY: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' };

test.each([
  [
    'start',
    { STRIPE_SECRET_KEY: 'pk_test_4eC39HqLyjWDarjtT1zdp7dc' },
    /STRIPE_SECRET_KEY is not a Stripe secret[\s\S]*STRIPE_WEBHOOK_SECRET is not set/,
  ],
  ['start', { ...live, STRIPE_WEBHOOK_SECRET: 'whsec_...' }, /STRIPE_WEBHOOK_SECRET holds a placeholder/],
  [
    'start',
    { ...live, STRIPE_WEBHOOK_SECRET: 'whsec_5vJ2lQm8Zk3yRt1X', ZENDESK_TOKEN: 'a-token-not-shown' },
    /ZENDESK/,
  ],
  ['worker', {}, /4 settings need attention[\s\S]*DATABASE_URL is not set/],
  [
    'connect stripe',
    {},
    /Stripe cannot be connected: 2 settings[\s\S]*STRIPE_SECRET_KEY is not set[\s\S]*ONPAID_URL is not set/,
  ],
  ['promote', live, /STRIPE_WEBHOOK_SECRET is not set/],
  ['migrate', { DATABASE_URL: 'postgres://127.0.0.1:9/none' }, /STRIPE_WEBHOOK_SECRET is not set/],
])(
  'SE2: onpaid %s with %o says what is missing, starts nothing, and shows no stack and no value',
  async (command, env, expected) => {
    const { code, output, left } = await onpaid(command.split(' '), env);
    expect(output).toMatch(expected);
    expect(code).toBe(78);
    expect(output).not.toMatch(/\n\s+at |4eC39HqLyjWDarjtT1zdp7dc|not-shown/);
    expect(left).toEqual([]);
  },
);

test('a command that looks at an installation says so when there is none', async () => {
  const { code, output } = await onpaid(['events', 'list'], {});
  expect(output).toMatch(/no database to look at/);
  expect(code).toBe(78);
});
