import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { openDatabase } from '@onpaid/engine';
import { homeFolder, projectRoot } from '../config.ts';
import { type RunFile, readRunFile } from '../run-file.ts';
import { type Counts, judge, type Line } from '../smoke/judge.ts';
import { playScenario, type Tell } from '../smoke/scenario.ts';
import { waitFor } from '../smoke/wait-for.ts';

type Variables = Record<string, string | undefined>;

/**
 * Plays the scenario, counts what it left, and exits by the counts. Boots an installation of its own in a temporary folder,
 * on free ports; or, with `running`, uses the fresh sandbox that runs from this folder.
 */
export async function runSmoke(env: Variables, options: { json: boolean; running: boolean }): Promise<void> {
  const tell: Tell = (sentence) => {
    if (!options.json) console.log(`  ${sentence}`);
  };
  const home = options.running ? homeFolder(env) : await mkdtemp(join(tmpdir(), 'onpaid-smoke-'));
  const installation = options.running ? await theRunning(home) : await boot(env, home, tell);
  try {
    const { run } = installation;
    if (run.sandbox === null) throw new Error('The smoke runs in a sandbox only.');
    const { db, close } = openDatabase(run.databaseUrl, { max: 4, applicationName: 'onpaid smoke' });
    try {
      const observed = await playScenario(run, run.sandbox, db, tell);
      const lines = judge(await expectedCounts(), observed);
      report(lines, options.json);
      process.exitCode = lines.every((line) => line.ok) ? 0 : 1;
    } finally {
      await close();
    }
  } finally {
    await installation.stop();
    if (!options.running) await cleanUp(home);
  }
}

async function cleanUp(home: string): Promise<void> {
  if (process.exitCode === 0) await rm(home, { recursive: true, force: true });
  else console.error(`What it left, with its logs, is in ${home}`);
}

async function expectedCounts(): Promise<Counts> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../smoke/expected.json'), 'utf8')) as Counts;
}

async function theRunning(home: string): Promise<{ run: RunFile; stop(): Promise<void> }> {
  const run = await readRunFile(home);
  if (run === null)
    throw new Error('Nothing is running from this folder. Run "onpaid start" first, or smoke without --running.');
  return { run, stop: async () => {} };
}

/** `onpaid start` in a sandbox of its own: what the caller has set for real vendors must not reach it. */
async function boot(env: Variables, home: string, tell: Tell): Promise<{ run: RunFile; stop(): Promise<void> }> {
  const own = /^(STRIPE_|HUBSPOT_|ZENDESK_|SLACK_|SMTP_|MAIL_|PROVISION_|DATABASE_URL|ONPAID_(?!WORKER_PROGRAM|DEBUG))/;
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
  const child = spawn(process.execPath, [join(projectRoot, 'cli/bin/onpaid.js'), 'start', '--port', '0'], {
    env: { ...clean, ONPAID_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const run = await waitFor(
    'the installation to be ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`Starting failed:\n${output}`);
      return readRunFile(home);
    },
    180_000,
  );
  tell(`Everything is up at ${run.urls.app}.`);
  return {
    run,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function report(lines: Line[], json: boolean): void {
  if (!json) {
    const width = Math.max(...lines.map((line) => line.what.length));
    console.log('');
    for (const { what, expected, observed, ok } of lines) {
      const mark = ok ? styleText('green', '✓') : styleText('red', '✗');
      console.log(
        `  ${mark} ${what.padEnd(width)}  ${String(observed ?? 'not counted').padStart(3)}${ok ? '' : `  expected ${expected}`}`,
      );
    }
    console.log('');
  }
  console.log(JSON.stringify({ ok: lines.every((line) => line.ok), counts: lines }));
}
