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
  return keepLargeJsonFile(path, () => [JSON.stringify(content())], debounceMs);
}

/**
 * The same for what is too much to be written at one stroke: pieces of JSON, between which others get their turn. A
 * change in the midst of it makes the file one of two moments until the next, which follows at once.
 */
export function keepLargeJsonFile(path: string, pieces: () => Iterable<string>, debounceMs = 250): JsonFile {
  mkdirSync(dirname(path), { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let lastWriteMs = 0;
  let isBehind = false;

  async function write(): Promise<void> {
    const beside = `${path}.${process.pid}.tmp`;
    const started = performance.now();
    isBehind = false;
    try {
      await writeFile(beside, pieces());
      await rename(beside, path);
      lastWriteMs = performance.now() - started;
    } catch (cause) {
      throw new Error(`Saving the sandbox's state to ${path} failed.`, { cause });
    }
  }

  function save(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    changed: () => {
      isBehind = true;
      // The whole state is written each time: when it has grown large, it is written less often.
      timer ??= setTimeout(save, debounceMs + 10 * lastWriteMs);
    },
    close: async () => {
      // What is being written may be all there is to write.
      clearTimeout(timer);
      timer = undefined;
      await writing;
      if (isBehind) await save();
    },
  };
}
