import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { environmentFor, runProgram } from './installation.ts';

interface Report {
  ok: boolean;
  counts: { what: string; expected: number; observed: number; ok: boolean }[];
}

async function smoke(env: NodeJS.ProcessEnv): Promise<{ code: number | null; report: Report }> {
  const home = await mkdtemp(join(tmpdir(), 'onpaid-smoke-home-'));
  const { code, output } = await runProgram(['smoke', '--json'], { ...environmentFor(home), ...env });
  await rm(home, { recursive: true, force: true });
  return { code, report: JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Report };
}

test('with every event delivered three times, everything happens once', async () => {
  const { code, report } = await smoke({});
  expect(report.counts.filter((line) => !line.ok)).toEqual([]);
  expect(code).toBe(0);
});
