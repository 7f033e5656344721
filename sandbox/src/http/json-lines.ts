import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type JsonFile, keepFile, readJsonFile } from './json-file.ts';

const pieceLength = 1_000_000;

/** Writes lines of JSON as `keepJsonFile` writes one value: no text is ever longer than a line or a piece. */
export function keepJsonLines(path: string, lines: () => Iterable<string>, debounceMs = 250): JsonFile {
  return keepFile(path, () => inPieces(lines()), debounceMs);
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  let length = 0;
  for (const line of lines) {
    piece.push(line, '\n');
    length += line.length;
    if (length < pieceLength) continue;
    yield piece.join('');
    piece = [];
    length = 0;
  }
  yield piece.join('');
}

/** The parsed lines, or none when there is no such file yet. A file that is one object counts as one line. */
export function* readJsonLines(path: string): Generator<unknown> {
  if (!existsSync(path)) return;
  let number = 0;
  for (const line of readLines(path)) {
    number += 1;
    if (number === 1 && line.startsWith('{')) {
      yield readJsonFile(path);
      return;
    }
    try {
      yield JSON.parse(line);
    } catch (cause) {
      throw new Error(
        `Reading the sandbox's state from ${path} failed: line ${number} is not JSON. Delete the file to start afresh.`,
        { cause },
      );
    }
  }
}

function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(pieceLength);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, length))).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
