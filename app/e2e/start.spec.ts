import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { environmentFor, type Run } from './installation.ts';

const root = join(import.meta.dirname, '../..');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a taken port is left to who has it, and Ctrl-C ends everything that was started, and nothing else', async () => {
  const neighbour = createServer((_request, response) => response.end('mine'));
  await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
  const { port } = neighbour.address() as AddressInfo;
  const home = await mkdtemp(join(tmpdir(), 'onpaid-start-'));
  const child = spawn(process.execPath, [join(root, 'cli/bin/onpaid.js'), 'start', '--port', String(port)], {
    cwd: root,
    env: environmentFor(home),
    stdio: 'ignore',
    // A group of its own, as in a terminal, whose Ctrl-C goes to the whole group.
    detached: true,
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const readRun = async () => JSON.parse(await readFile(join(home, 'run.json'), 'utf8')) as Run;
  await expect
    .poll(
      () =>
        readRun().then(
          () => true,
          () => child.exitCode,
        ),
      { timeout: 170_000 },
    )
    .toBe(true);

  const run = await readRun();
  expect(new URL(run.urls.app).port).not.toBe(String(port));
  expect((await fetch(`${run.urls.app}/api/health`)).status).toBe(200);
  const postgres = Number((await readFile(join(home, 'sandbox/postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  const started = [...Object.values(run.pids), postgres];
  expect(started.filter((pid) => !isAlive(pid))).toEqual([]);

  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await gone).toBe(0);
  expect(started.filter(isAlive)).toEqual([]);
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('mine');
  await expect(readRun()).rejects.toThrow(/ENOENT/);

  neighbour.close();
  await rm(home, { recursive: true, force: true });
});
