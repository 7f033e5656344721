import { expect, test } from 'vitest';
import { testDatabase } from '../testing/test-database.ts';
import { DeploymentMismatch, stampDeployment } from './deployment.ts';

test('SE1: a database keeps the mode it was first stamped with', async () => {
  const { db } = await testDatabase();
  await stampDeployment(db, { mode: 'test', stripeAccount: null });
  await expect(stampDeployment(db, { mode: 'live', stripeAccount: null })).rejects.toThrow(DeploymentMismatch);
});

test('SE1: the Stripe account is stamped once it is known, and another account is refused', async () => {
  const { db } = await testDatabase();
  await stampDeployment(db, { mode: 'live', stripeAccount: null });
  expect(await stampDeployment(db, { mode: 'live', stripeAccount: 'acct_1' })).toMatchObject({
    stripeAccount: 'acct_1',
  });
  await expect(stampDeployment(db, { mode: 'live', stripeAccount: 'acct_2' })).rejects.toThrow(/acct_1.*acct_2/);
});
