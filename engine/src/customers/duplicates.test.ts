import { expect, test } from 'vitest';
import { aCustomerRow, testDatabase } from '../testing/index.ts';
import { findDuplicates } from './duplicates-store.ts';

const verified = { email_verified_at: new Date('2026-03-05') };

test('customers that look like one buyer are listed with the reasons, the oldest first', async () => {
  const { db } = await testDatabase();
  const newer = await aCustomerRow(db, { email: 'ada@example.com', created_at: new Date('2026-02-01'), ...verified });
  const older = await aCustomerRow(db, { email: 'Ada@Example.com', created_at: new Date('2026-01-01'), ...verified });
  await aCustomerRow(db, { email: 'ada@example.org' });
  await aCustomerRow(db, { email: 'bob@example.com', ...verified });
  await aCustomerRow(db, { email: 'bob@example.com' });
  await aCustomerRow(db, { email: 'eve+a@example.com' });
  await aCustomerRow(db, { email: 'eve@example.com' });
  await aCustomerRow(db, { email: null });
  await aCustomerRow(db, { email: null });
  const { groups, next } = await findDuplicates(db);
  expect(groups.map(({ address, likenesses }) => [address, likenesses])).toEqual([
    ['ada@example.com', ['same_verified_address']],
    ['bob@example.com', ['same_unverified_address']],
    ['eve@example.com', ['plus_tag']],
  ]);
  expect(groups[0]?.customers.map(({ id }) => id)).toEqual([older.id, newer.id]);
  expect(groups[0]).toMatchObject({ partedBefore: false, customers: [{ createdAt: new Date('2026-01-01') }, {}] });
  expect(next).toBeNull();
});

test('pages of look-alikes go on after the last address shown', async () => {
  const { db } = await testDatabase();
  for (const name of ['a', 'b', 'c']) {
    await aCustomerRow(db, { email: `${name}@example.com` });
    await aCustomerRow(db, { email: `${name}+tag@example.com` });
  }
  const first = await findDuplicates(db, { limit: 2 });
  expect(first.groups.map((group) => group.address)).toEqual(['a@example.com', 'b@example.com']);
  const second = await findDuplicates(db, { limit: 2, after: first.next ?? '' });
  expect(second.groups.map((group) => group.address)).toEqual(['c@example.com']);
  expect(second.next).toBeNull();
});
