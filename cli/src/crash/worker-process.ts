import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../config.ts';
import type { Orders } from './worker-program.ts';

export interface WorkerProcess {
  pid: number;
  /** Resolves when the worker is at work and knows them. */
  order(orders: Orders): Promise<void>;
  isDead(): boolean;
  /** Resolves with the signal that ended it, or null when it ended by itself. */
  death(): Promise<NodeJS.Signals | null>;
  /** The end of its log, for whoever wonders why. */
  lastWords(): string;
  /** Does nothing to one that is dead. */
  kill(): Promise<void>;
}

const program = join(import.meta.dirname, 'worker-program.ts');
/** Forty times the same code. */
const compileCache = join(projectRoot, 'node_modules/.cache/crash-matrix');
const DIES_WITHIN_MS = 30_000;
const KEPT_CHARACTERS = 4_000;

/** A process that has loaded its code and waits for orders. */
export function startWorkerProcess(): WorkerProcess {
  const child = fork(program, {
    env: { NODE_COMPILE_CACHE: compileCache },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const isDead = () => child.exitCode !== null || child.signalCode !== null;
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-KEPT_CHARACTERS);
    });
  }
  return {
    pid: child.pid ?? 0,
    async order(orders) {
      const answered = answerOf(child, () => log);
      child.send(orders);
      await answered;
    },
    isDead,
    async death() {
      if (!isDead()) await once(child, 'exit', { signal: AbortSignal.timeout(DIES_WITHIN_MS) });
      return child.signalCode;
    },
    lastWords: () => log,
    async kill() {
      if (isDead()) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function answerOf(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`The worker ended before it was ready.\n${log()}`));
    child.once('exit', ended);
    child.once('message', () => {
      child.off('exit', ended);
      resolve();
    });
  });
}
