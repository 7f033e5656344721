import { expect, test } from 'vitest';
import { anEventRow, testDatabase } from '../testing/index.ts';
import { readApiVersions } from './api-versions-store.ts';

const now = new Date('2026-03-04T14:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

test('GO10: the API versions of the last day are counted, the most frequent first', async () => {
  const { db } = await testDatabase();
  const pinned = { api_version: '2026-10-28.endive' };
  await anEventRow(db, { ...pinned, received_at: hoursAgo(2) });
  await anEventRow(db, { ...pinned, received_at: hoursAgo(1) });
  await anEventRow(db, { api_version: '2022-11-15', received_at: hoursAgo(3) });
  // Not of the last day, of the other mode, and thin: none of these says what our endpoint is sent.
  await anEventRow(db, { api_version: '2020-08-27', received_at: hoursAgo(30) });
  await anEventRow(db, { api_version: '2019-12-03', received_at: hoursAgo(1), disposition: 'quarantined' });
  await anEventRow(db, { api_version: null, received_at: hoursAgo(1) });
  expect(await readApiVersions(db, now)).toEqual([
    { version: '2026-10-28.endive', count: 2, lastAt: hoursAgo(1) },
    { version: '2022-11-15', count: 1, lastAt: hoursAgo(3) },
  ]);
});
