import { chmod, readFile, rename, writeFile } from 'node:fs/promises';

export type EnvChange = { kind: 'same' } | { kind: 'write'; text: string } | { kind: 'differs' };

/** How a line of `.env` gets its value. Another value that is there already stays, unless it is forced out. */
export function planEnvLine(text: string, name: string, value: string, { force }: { force: boolean }): EnvChange {
  const line = lineOf(name);
  const there = valueIn(text, name);
  if (there === value) return { kind: 'same' };
  if (there !== null && !force) return { kind: 'differs' };
  const written = `${name}=${value}`;
  if (line.test(text)) return { kind: 'write', text: text.replace(line, () => written) };
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return { kind: 'write', text: `${start}${written}\n` };
}

/** Null when the name is not there, or holds nothing but a placeholder. */
export function valueIn(text: string, name: string): string | null {
  const value = lineOf(name)
    .exec(text)?.[1]
    ?.trim()
    .replace(/^(['"])(.*)\1$/, '$2');
  return value === undefined || /^(whsec_)?(\.\.\.|x*)$/i.test(value) ? null : value;
}

function lineOf(name: string): RegExp {
  return new RegExp(`^(?:export[ \\t]+)?${name}[ \\t]*=(.*)$`, 'm');
}

export async function readEnvFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new Error(`${file} could not be read; nothing was changed.`, { cause: error });
  }
}

/** Whole or not at all, and readable by its owner only, whatever it was before. */
export async function writeEnvFile(file: string, text: string): Promise<void> {
  const beside = `${file}.onpaid-new`;
  await writeFile(beside, text, { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, file);
}
