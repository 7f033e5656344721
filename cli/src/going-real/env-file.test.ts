import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planEnvLine, readEnvFile, writeEnvFile } from './env-file.ts';

const name = 'STRIPE_WEBHOOK_SECRET';
const plan = (text: string, force = false) => planEnvLine(text, name, 'whsec_new', { force });

test.each([
  ['an empty file', '', 'STRIPE_WEBHOOK_SECRET=whsec_new\n'],
  ['a file without the name', 'A=1\n', 'A=1\nSTRIPE_WEBHOOK_SECRET=whsec_new\n'],
  ['a last line that does not end', 'A=1', 'A=1\nSTRIPE_WEBHOOK_SECRET=whsec_new\n'],
  ['nothing behind the name', 'STRIPE_WEBHOOK_SECRET=\nA=1\n', 'STRIPE_WEBHOOK_SECRET=whsec_new\nA=1\n'],
  ['a placeholder', 'STRIPE_WEBHOOK_SECRET=whsec_...\n', 'STRIPE_WEBHOOK_SECRET=whsec_new\n'],
  [
    'another name that ends so',
    'MY_STRIPE_WEBHOOK_SECRET=x\n',
    'MY_STRIPE_WEBHOOK_SECRET=x\nSTRIPE_WEBHOOK_SECRET=whsec_new\n',
  ],
  ['a comment', '# STRIPE_WEBHOOK_SECRET=old\n', '# STRIPE_WEBHOOK_SECRET=old\nSTRIPE_WEBHOOK_SECRET=whsec_new\n'],
])('GO3: the secret is put into .env where there is %s', (_what, text, expected) => {
  expect(plan(text)).toEqual({ kind: 'write', text: expected });
});

test.each([
  'STRIPE_WEBHOOK_SECRET=whsec_old',
  'export STRIPE_WEBHOOK_SECRET = "whsec_old"',
  'STRIPE_WEBHOOK_SECRET=$(op read x)',
])('GO3: another value is not overwritten unless forced: %s', (text) => {
  expect(plan(text)).toEqual({ kind: 'differs' });
  expect(plan(text, true)).toEqual({ kind: 'write', text: 'STRIPE_WEBHOOK_SECRET=whsec_new' });
});

test('GO3: the same value is no change', () => {
  expect(plan('STRIPE_WEBHOOK_SECRET="whsec_new"\n')).toEqual({ kind: 'same' });
});

test('GO3: the file is readable by its owner only, even if it was readable by all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpaid-env-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, '.env');
  expect(await readEnvFile(file)).toBe('');
  await writeFile(file, 'A=1\n');
  await chmod(file, 0o644);
  await writeEnvFile(file, 'A=1\nB=2\n');
  expect(await readFile(file, 'utf8')).toBe('A=1\nB=2\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
