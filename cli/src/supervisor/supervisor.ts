import { join } from 'node:path';
import { type Child, startChild } from './child.ts';

interface Stoppable {
  stop(): Promise<void>;
}

export interface Supervisor {
  /** Process ids by role, as they are now. */
  pids: Record<string, number>;
  isStopping(): boolean;
  /** Stopped with the rest, the last kept first. */
  keep<T extends Stoppable>(part: T): T;
  /** Starts one of our programs, watches it, and starts it again when it dies. */
  program(spec: { role: string; args: string[]; cwd: string; env: Record<string, string | undefined> }): Promise<Child>;
  /** Called whenever a program that died has another process id. */
  onRestart(listener: () => void): void;
  /** In the opposite order of starting; what is called a second time waits for the first. */
  stop(): Promise<void>;
}

/** Holds everything one `onpaid start` has started, and nothing else. */
export function createSupervisor(logFolder: string): Supervisor {
  const parts: Stoppable[] = [];
  const pids: Record<string, number> = { start: process.pid };
  const listeners: (() => void)[] = [];
  let stopping: Promise<void> | null = null;

  async function stopInReverse(): Promise<void> {
    for (const part of parts.reverse()) await part.stop();
  }

  const supervisor: Supervisor = {
    pids,
    isStopping: () => stopping !== null,
    keep(part) {
      parts.push(part);
      return part;
    },
    async program(spec) {
      const { role } = spec;
      const child = await startChild(
        { ...spec, logFile: join(logFolder, `${role}.log`) },
        {
          restart: true,
          onRestart(pid) {
            pids[role] = pid;
            for (const listener of listeners) listener();
          },
        },
      );
      // Whoever waits for it hears of a failure; whoever waits for something else of it must not end by that.
      child.ready.catch(() => {});
      const pid = child.pid();
      if (pid !== undefined) pids[role] = pid;
      return supervisor.keep(child);
    },
    onRestart: (listener) => void listeners.push(listener),
    stop() {
      stopping ??= stopInReverse();
      return stopping;
    },
  };
  return supervisor;
}
