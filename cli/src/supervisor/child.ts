import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ChildSpec {
  role: string;
  args: string[];
  env: Record<string, string | undefined>;
  cwd: string;
  logFile: string;
}

export interface Child {
  role: string;
  pid(): number | undefined;
  /** Resolves with the child's first IPC message, or rejects with the end of its log when it ends before. */
  ready: Promise<unknown>;
  /** Asks with SIGTERM, waits, and only then kills. Never restarts afterwards. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 20_000;
const dieWithParent = new URL(`./die-with-parent.ts?supervisor=${process.pid}`, import.meta.url).href;

/**
 * Starts a Node program of ours in a process group of its own (so that Ctrl-C reaches it through us, in order), logging to
 * a file, and starts it again when it dies, sooner or later depending on how long it lived.
 */
export async function startChild(
  spec: ChildSpec,
  options: { restart: boolean; onRestart?: (pid: number) => void },
): Promise<Child> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  let current: ChildProcess;
  let stopping = false;
  let crashes = 0;

  const launch = (): ChildProcess => {
    const log = createWriteStream(spec.logFile, { flags: 'a' });
    const child = spawn(process.execPath, ['--import', dieWithParent, ...spec.args], {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const startedAt = Date.now();
    child.once('exit', () => {
      log.end();
      if (stopping || !options.restart) return;
      crashes = Date.now() - startedAt > 30_000 ? 1 : crashes + 1;
      void delay(Math.min(200 * 2 ** (crashes - 1), 10_000)).then(() => {
        if (stopping) return;
        current = launch();
        if (current.pid !== undefined) options.onRestart?.(current.pid);
      });
    });
    return child;
  };

  current = launch();
  const ready = firstMessage(current, spec);
  return {
    role: spec.role,
    pid: () => current.pid,
    ready,
    async stop() {
      stopping = true;
      await end(current);
    },
  };
}

function firstMessage(child: ChildProcess, spec: ChildSpec): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', async (code, signal) => {
      const log = await readFile(spec.logFile, 'utf8').catch(() => '');
      reject(
        new Error(
          `The ${spec.role} ended before it was ready (${signal ?? `exit code ${code}`}).\n${log.slice(-2_000).trim()}`,
        ),
      );
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}
