import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from './config.ts';

export interface Program {
  pid: number;
  /** What it said over IPC when it was ready. */
  ready: unknown;
  stop(): Promise<void>;
}

export interface Start {
  /** The module and its arguments, run by this Node. */
  args: string[];
  variables: Record<string, string>;
  folder: string;
  /** Its output goes to a file, as a service's does, so that logging costs what it costs. */
  logFile: string;
  /** Ready when this answers; without it, when the program sends its first message. */
  isReady?: () => Promise<boolean>;
}

/** Starts a program of a contender and waits until it is ready; what it wrote is part of the error when it never is. */
export async function startProgram({ args, variables, folder, logFile, isReady }: Start): Promise<Program> {
  const log = await open(logFile, 'a');
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: childEnvironment(variables),
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  const stop = () => stopChild(child);
  const message = new Promise((resolve) => child.once('message', resolve));
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}; see ${logFile}.`)));
  });
  // Once it is ready, its end is stop()'s business.
  ended.catch(() => {});
  const tooLate = delay(60_000, undefined, { ref: false }).then(() => {
    throw new Error(`${args.join(' ')} was not ready within a minute; see ${logFile}.`);
  });
  tooLate.catch(() => {});
  try {
    const ready = await Promise.race([isReady ? until(isReady) : message, ended, tooLate]);
    return { pid: child.pid ?? 0, ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a program to its end. */
export async function runProgram(start: Omit<Start, 'isReady'>): Promise<void> {
  const log = await open(start.logFile, 'a');
  const child = spawn(process.execPath, start.args, {
    cwd: start.folder,
    env: childEnvironment(start.variables),
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${start.args.join(' ')} ended with ${code}; see ${start.logFile}.`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(patience);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(100);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.')),
      );
    });
  });
}
