import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keepJsonLines, readJsonLines } from './json-lines.ts';

async function aPath() {
  const folder = await mkdtemp(join(tmpdir(), 'json-lines-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state.json');
}

it('lines come back as they were written, wherever a piece of the file ends', async () => {
  const path = await aPath();
  expect([...readJsonLines(path)]).toEqual([]);
  // Characters of several bytes, in more of them than are read at once.
  const rows = Array.from({ length: 3000 }, (_, index) => [index, '€ü🙂'.repeat(index % 200)]);
  const file = keepJsonLines(path, () => rows.map((row) => JSON.stringify(row)));
  file.changed();
  await file.close();
  expect([...readJsonLines(path)]).toEqual(rows);
});

it('a file of one object is read as one line, however it is broken up', async () => {
  const path = await aPath();
  await writeFile(path, '{"rows":[1,\n2]}');
  expect([...readJsonLines(path)]).toEqual([{ rows: [1, 2] }]);
});

it('a line that is broken is named, with what to do', async () => {
  const path = await aPath();
  await writeFile(path, '["whole"]\n["half"');
  expect(() => [...readJsonLines(path)]).toThrow(/line 2 is not JSON. Delete the file/);
});
