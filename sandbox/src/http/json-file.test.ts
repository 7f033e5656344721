import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keepFile, keepJsonFile, readJsonFile } from './json-file.ts';

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

it('a write that a change has overtaken is given up at the close, for one of what there is then', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'state.json');
  let isClosing = false;
  let passes = 0;
  function* pieces(): Generator<string> {
    passes += 1;
    yield '[';
    // The first pass would never end by itself.
    while (!isClosing) yield ' ';
    yield `${passes}]`;
  }
  const file = keepFile(path, pieces, 0);
  file.changed();
  await vi.waitFor(() => expect(passes).toBe(1));
  file.changed();
  // Timers of one length go off in their order: the next write waits behind the first by now.
  await setTimeout(0);
  const closed = file.close();
  isClosing = true;
  await closed;
  expect(readJsonFile(path)).toEqual([2]);
  await file.close();
  expect([passes, await readdir(folder)]).toEqual([2, ['state.json']]);
});
