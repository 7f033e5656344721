import { expect, test } from 'vitest';
import { aCustomerRow, testDatabase } from '../testing/index.ts';
import { accountsOf } from './accounts-store.ts';

test('a person sees every purchase of their own address, the one with access first', async () => {
  const { db } = await testDatabase();
  const old = await aCustomerRow(db, {
    email: 'Ada@example.com',
    access_allowed: true,
    created_at: new Date('2026-01-01'),
  });
  const ended = await aCustomerRow(db, {
    email: 'ada@example.com',
    access_allowed: false,
    created_at: new Date('2026-02-01'),
  });
  await aCustomerRow(db, { email: 'ada@example.com.evil.example' });
  const accounts = await accountsOf(db, ' ADA@example.com ');
  expect(accounts.map(({ id }) => id)).toEqual([old.id, ended.id]);
});

test('an address nobody bought with has no account', async () => {
  const { db } = await testDatabase();
  await aCustomerRow(db, { email: null });
  expect(await accountsOf(db, 'nobody@example.com')).toEqual([]);
});
