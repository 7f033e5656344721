import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keepJsonFile, keepLargeJsonFile, readJsonFile } from './json-file.ts';

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'json-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('a file that is not there reads as nothing, one that is broken says what to do', async () => {
  const path = join(await temporaryFolder(), 'state.json');
  expect(readJsonFile(path)).toBeUndefined();
  await writeFile(path, '{"half":');
  expect(() => readJsonFile(path)).toThrow(/it is not JSON. Delete the file/);
});

it('many changes become few writes, and the last of them is in the file when it is closed', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'deeper', 'state.json');
  const content = vi.fn(() => ({ count }));
  let count = 0;
  const file = keepJsonFile(path, content);
  for (count = 1; count < 50; count += 1) file.changed();
  await file.close();
  expect(readJsonFile(path)).toEqual({ count: 50 });
  expect(content).toHaveBeenCalledTimes(1);
  expect(await readdir(join(folder, 'deeper'))).toEqual(['state.json']);
});

it('what is written in pieces is one whole when it is read', async () => {
  const path = join(await temporaryFolder(), 'state.json');
  const file = keepLargeJsonFile(path, () => ['{"rows":[', '1,', '2]}']);
  file.changed();
  await file.close();
  expect(readJsonFile(path)).toEqual({ rows: [1, 2] });
});
