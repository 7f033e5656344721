import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export type JsonFile = { changed: () => void; close: () => Promise<void> };

/** The parsed content, or undefined when there is no such file yet. */
export function readJsonFile(path: string): unknown {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(
      `Reading the sandbox's state from ${path} failed: it is not JSON. Delete the file to start afresh.`,
      {
        cause,
      },
    );
  }
}

/** Writes what `content` answers, soon after `changed` and at `close`; a reader never sees half a file. */
export function keepJsonFile(path: string, content: () => unknown, debounceMs = 250): JsonFile {
  return keepFile(path, () => [JSON.stringify(content())], debounceMs);
}

/**
 * The same for what is too much to be written at one stroke: pieces, between which others get their turn. They are of
 * the moment at which they are asked for, so that the file never is of two.
 */
export function keepFile(path: string, pieces: () => Iterable<string>, debounceMs = 250): JsonFile {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.tmp`;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let lastWriteMs = 0;
  let isBehind = false;
  const closing = new AbortController();

  async function write(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const started = performance.now();
    isBehind = false;
    try {
      await writeFile(beside, pieces(), signal && { signal });
      await rename(beside, path);
      lastWriteMs = performance.now() - started;
    } catch (cause) {
      if (!signal?.aborted) throw new Error(`Saving the sandbox's state to ${path} failed.`, { cause });
    }
  }

  return {
    changed: () => {
      isBehind = true;
      // The whole state is written each time: when it has grown large, it is written less often.
      timer ??= setTimeout(
        () => {
          timer = undefined;
          writing = writing.then(() => write(closing.signal));
        },
        debounceMs + 10 * lastWriteMs,
      );
    },
    close: async () => {
      clearTimeout(timer);
      timer = undefined;
      // What is being written may be all there is to write; otherwise it is given up for what there is now.
      if (isBehind) closing.abort();
      await writing;
      if (isBehind) await write();
    },
  };
}
