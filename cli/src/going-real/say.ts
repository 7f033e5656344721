import { styleText } from 'node:util';

/** Where the lines of a command go; tests keep them. */
export type Say = (line: string) => void;

export const marks = {
  done: styleText('green', '✓'),
  would: styleText('cyan', '→'),
  warn: styleText('yellow', '!'),
  fail: styleText('red', '✗'),
  unknown: styleText('dim', '?'),
};
