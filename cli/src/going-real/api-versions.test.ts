import { expect, test } from 'vitest';
import { judgeApiVersions } from './api-versions.ts';

const pinned = '2026-10-28.endive';

test.each([
  ['2026-10-28.endive', { ok: true, detail: 'ours' }],
  ['2026-09-30.endive', { ok: true, detail: expect.stringContaining('same release') }],
  ['2025-03-31.basil', { ok: true, warn: true, detail: expect.stringMatching(/not ours.*--replace/) }],
  ['2022-11-15', { ok: true, warn: true, detail: expect.stringContaining('read all the same') }],
  ['2020-08-27', { ok: false, detail: expect.stringContaining('oldest we read') }],
  ['2027-01-27.fennel', { ok: false, detail: expect.stringMatching(/newer than ours.*--replace/) }],
])('GO10: events in version %s are shown for what they mean', (version, expected) => {
  const [finding] = judgeApiVersions([{ version, count: 3, lastAt: new Date(0) }], pinned);
  expect(finding).toEqual({ ...expected, what: `3 events of the last day in API version ${version}` });
});

test('GO10: a day without events says nothing about versions', () => {
  expect(judgeApiVersions([], pinned)).toEqual([]);
});
