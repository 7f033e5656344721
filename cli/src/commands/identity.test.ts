import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCustomerRow, testDatabase } from '@onpaid/engine/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCustomersShow } from './customers.ts';
import { runContactsMerged, runCustomersDuplicates, runCustomersMerge, runCustomersSplit } from './identity.ts';

let said: string[];
beforeEach(() => {
  said = [];
  for (const stream of ['log', 'error'] as const) {
    vi.spyOn(console, stream).mockImplementation((text: unknown) => void said.push(String(text)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

const because = { reason: 'They wrote to us.' };

/** What was printed since the last look, and whether it was a failure. */
function told(): { text: string; failed: boolean } {
  const text = said.splice(0).join('\n');
  const failed = process.exitCode === 1;
  process.exitCode = 0;
  return { text, failed };
}

async function anInstallation() {
  const { db, url } = await testDatabase();
  const env = {
    DATABASE_URL: url,
    ONPAID_HOME: await mkdtemp(join(tmpdir(), 'onpaid-test-')),
    ONPAID_MODE: 'test',
    ONPAID_URL: 'https://northwind.example',
    ONPAID_SECRET: 'only-for-this-test-0123456789-abcdefgh',
    STRIPE_WEBHOOK_SECRET: 'whsec_onpaid_tests_only_5f2c9d',
  };
  return { db, env };
}

test('duplicates are listed, merged, shown and split again from the command line', async () => {
  const { db, env } = await anInstallation();
  const keep = await aCustomerRow(db, { email: 'ada@example.com', name: 'Ada', subject_id: 'cus_1' });
  const merge = await aCustomerRow(db, { email: 'ada+work@example.com', name: 'Ada W', subject_id: 'cus_2' });

  await runCustomersDuplicates(env, { limit: 10, json: false });
  const listed = told();
  expect(listed.text).toContain('ada@example.com: addresses that differ by a plus tag only');
  expect(listed.text).toContain(`${keep.id}  cus_1  Ada <ada@example.com>  active`);

  await runCustomersMerge(env, 'cus_1', 'cus_2', because);
  expect(told()).toEqual({
    text: `Ada W (${merge.id}) is now part of Ada (${keep.id}). To undo it: onpaid customers split cus_2 --reason "…"`,
    failed: false,
  });
  await runCustomersShow(env, merge.id, { json: false });
  const { text } = told();
  expect(text).toContain('At Stripe: cus_1 (main), cus_2');
  expect(text).toMatch(/cus_2 was merged into cus_1 by .+ at the command line: They wrote to us\./);

  await runCustomersSplit(env, 'cus_2', because);
  expect(told().text).toContain(`cus_2 is a customer of its own again, ${merge.id}`);
  await runCustomersSplit(env, 'cus_2', because);
  expect(told()).toEqual({ text: 'cus_2 was split off before; nothing was changed.', failed: false });
});

test('what cannot be merged or split is told with what to do instead', async () => {
  const { db, env } = await anInstallation();
  const { id } = await aCustomerRow(db, { email: 'ada@example.com', name: 'Ada', subject_id: 'cus_1' });
  await runCustomersMerge(env, 'cus_1', 'ada@example.com', because);
  expect(told()).toMatchObject({ failed: true, text: expect.stringContaining('several customers may have it') });
  await runCustomersMerge(env, 'cus_1', 'cus_9', because);
  expect(told()).toMatchObject({ failed: true, text: expect.stringContaining('There is no customer "cus_9"') });
  await runCustomersMerge(env, 'cus_1', id, because);
  expect(told()).toMatchObject({ failed: true, text: expect.stringContaining('are one customer already') });
  await runCustomersSplit(env, 'cus_1', because);
  expect(told()).toMatchObject({ failed: true, text: expect.stringContaining('was never merged') });
  await runContactsMerged(env, 'cus_1');
  expect(told()).toMatchObject({ failed: true, text: expect.stringContaining('Nothing was merged into Ada') });
  await runCustomersDuplicates(env, { limit: 10, json: false });
  expect(told()).toEqual({ failed: false, text: 'No two customers look like one buyer.' });
});
