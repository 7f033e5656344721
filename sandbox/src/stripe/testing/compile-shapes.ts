import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Stripe object as it travels, and where it was seen. */
export type Seen = { object: Record<string, unknown>; where: string };

const run = promisify(execFile);

const header = [
  "import type Stripe from 'stripe';",
  `import type { Wire } from '${fileURLToPath(new URL('../objects.ts', import.meta.url))}';`,
  // The SDK lets every list of words end in any other word, for what Stripe adds later. We say nothing it has not listed.
  'type OtherString = string & Record<never, never>;',
  'type Same<A, B> = (<G>() => G extends A ? 1 : 2) extends <G>() => G extends B ? 1 : 2 ? true : false;',
  'type Word<T> = Same<T, OtherString> extends true ? never : T;',
  'type Inside<T> = T extends readonly (infer I)[] ? Listed<I>[] : { [K in keyof T]: Listed<T[K]> };',
  'type Listed<T> = T extends string ? Word<T> : T extends object ? Inside<T> : T;',
  // What was before is told as deep as it changed; the SDK's own typing of it is only partial at the top.
  'type Partly<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Partly<T[K]> | null } : T;',
  "type Data<T> = { [K in keyof T]: K extends 'previous_attributes' ? Partly<T[K]> : T[K] };",
  // Stripe says of it that the invoice has no id yet, and the typing does not.
  "type Upcoming<T> = T extends { object: infer O } ? Omit<T, 'object'> & { object: Omit<O, 'id'> } : T;",
  "type Refusal = Stripe.StripeRawError & { object: 'error'; message: string; type: string };",
  "type Told<T extends { data: object }> = Omit<T, 'data'> & { data: Data<T['data']> };",
  "type ToldAhead<T extends { data: object }> = Omit<T, 'data'> & { data: Upcoming<T['data']> };",
];

/**
 * Writes the objects down as literals of the official SDK's types and lets the compiler judge them: a field that is
 * missing, of another kind, of a value the SDK does not know, or unknown to it altogether is a problem. Types are found
 * by the object's own name, so that a new kind of object needs no entry anywhere.
 */
export async function problemsOf(seen: readonly Seen[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stripe-shapes-'));
  try {
    const lines = seen.map(
      ({ object }, index) => `export const seen${index}: ${typeOf(object)} = ${JSON.stringify(object)};`,
    );
    await writeFile(join(folder, 'shapes.mts'), [...header, ...lines].join('\n'));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfig()));
    const output = await compile(folder);
    return output.flatMap(({ line, message }) => {
      const found = seen[line - header.length - 1];
      return [found ? `${found.where}: ${typeOf(found.object)}: ${message}` : message];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compilerConfig(): object {
  return {
    extends: fileURLToPath(new URL('../../../../tsconfig.base.json', import.meta.url)),
    compilerOptions: {
      types: [],
      paths: { stripe: [fileURLToPath(import.meta.resolve('stripe')).replace(/\.js$/, '.d.ts')] },
    },
    files: ['shapes.mts'],
  };
}

async function compile(folder: string): Promise<{ line: number; message: string }[]> {
  const compiler = join(fileURLToPath(import.meta.resolve('typescript/package.json')), '../bin/tsc');
  const args = [compiler, '-p', folder, '--pretty', 'false'];
  const { stdout } = await run(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }).catch(
    // It exits with a failure when it has something to say, and says it all the same.
    (error: { stdout?: string }) => ({ stdout: error.stdout || String(error) }),
  );
  const problems: { line: number; message: string }[] = [];
  for (const text of stdout.split('\n')) {
    const [, line, message] = /^shapes\.mts\((\d+),\d+\): error (.*)$/.exec(text) ?? [];
    const last = problems.at(-1);
    if (line !== undefined && message !== undefined) problems.push({ line: Number(line), message });
    else if (last && text.startsWith(' ')) last.message += `\n${text}`;
    else if (text.trim() !== '') problems.push({ line: 0, message: text });
  }
  return problems;
}

// Some kinds of line are called by other names in the SDK than on the wire.
const otherNames: Record<string, string> = {
  invoiceitem: 'InvoiceItem',
  item: 'LineItem',
  line_item: 'InvoiceLineItem',
};

function typeOf(object: Record<string, unknown>): string {
  const name = String(object.object);
  if (name === 'error') return 'Listed<Refusal>';
  if (name === 'list') return "Omit<Stripe.ApiList<unknown>, 'data'>";
  if (name === 'event') {
    const told = object.type === 'invoice.upcoming' ? 'ToldAhead' : 'Told';
    return `${told}<Listed<Wire<Extract<Stripe.Event, { type: '${object.type}' }>>>>`;
  }
  if (name === 'v2.core.event') {
    return `Omit<Extract<Stripe.V2.Core.Event, { type: '${object.type}' }>, 'fetchRelatedObject'>`;
  }
  const spaces = name.split('.').map(pascal);
  const last = otherNames[name] ?? spaces.at(-1);
  return `Listed<Wire<Stripe.${[...spaces.slice(0, -1), `${object.deleted === true ? 'Deleted' : ''}${last}`].join('.')}>>`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
