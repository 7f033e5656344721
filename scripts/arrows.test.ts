import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

/** Imports point one way. A workspace may import those of its row, through their public doors. */
const arrows: Record<string, string[]> = {
  engine: [],
  mail: [],
  sandbox: [],
  triage: ['engine'],
  accounts: ['engine', 'mail'],
  connectors: ['engine', 'mail'],
  app: ['accounts', 'connectors', 'triage', 'mail', 'engine'],
  cli: ['accounts', 'connectors', 'triage', 'mail', 'engine', 'sandbox'],
  bench: ['engine', 'connectors', 'sandbox'],
};
/** Tests may also drive the stand-ins and the engine's test doors. */
const testOnly = ['sandbox', 'engine/testing'];

/** Decisions do no I/O, so they import nothing that does. */
const pure = /\/(project|plan|access|retry|recovery|verify|redact|map|judge|transitions|identity)\.ts$/;
const doesIo =
  /^(pg|kysely|stripe|pino|graphile-worker|nodemailer|node:(fs|net|http|https|child_process|dns|timers)(\/.*)?)$/;

const sqlHomes =
  /(store|-store|record|partitions|wake)\.ts$|\/db\/|\/testing\/|\.test\.tsx?$|^bench\/|^scripts\/|^app\/e2e\//;
const environmentHomes =
  /(^|\/)(config|global-setup)\.ts$|\.config\.(ts|mjs)$|\.test\.tsx?$|^scripts\/|^bench\/|^app\/e2e\//;

const root = join(import.meta.dirname, '..');
const files = Object.keys(arrows).flatMap((workspace) => sourcesUnder(join(root, workspace)));

test('imports follow the arrows, through public doors', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !isAllowed(file, specifier))
      .map((specifier) => `${file} -> ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('files that decide import nothing that does I/O', () => {
  const wrong = files
    .filter((file) => pure.test(file))
    .flatMap((file) =>
      runtimeImportsOf(file)
        .filter((specifier) => doesIo.test(specifier))
        .map((specifier) => `${file} -> ${specifier}`),
    );
  expect(wrong).toEqual([]);
});

test('SQL is written in stores, the batcher and db', () => {
  const wrong = files.filter(
    (file) =>
      !sqlHomes.test(file) && /\bsql`|\.query\(\s*[`'"]\s*(select|insert|update|delete|with|create)\b/.test(read(file)),
  );
  expect(wrong).toEqual([]);
});

test('process.env is read in a config file only', () => {
  const wrong = files.filter((file) => !environmentHomes.test(file) && /process\.env\b/.test(read(file)));
  expect(wrong).toEqual([]);
});

function isAllowed(file: string, specifier: string): boolean {
  const workspace = file.split('/')[0] ?? '';
  if (specifier.startsWith('.')) {
    const target = relative(root, join(root, dirname(file), specifier)).split(sep)[0] ?? '';
    return target === workspace || target === 'onpaid.config.ts' || !(target in arrows);
  }
  const ours = /^@onpaid\/(.+)$/.exec(specifier)?.[1];
  if (ours === undefined) return true;
  const isTest = /\.test\.tsx?$|\/testing\/|^app\/e2e\/|contract/.test(file);
  return (
    (arrows[workspace] ?? []).includes(ours) ||
    (isTest && testOnly.includes(ours)) ||
    (workspace === 'bench' && ours === 'engine/testing')
  );
}

function importsOf(file: string): string[] {
  return [
    ...read(file).matchAll(
      /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? '');
}

function runtimeImportsOf(file: string): string[] {
  return [...read(file).matchAll(/(?:^|\n)\s*import\s(?!type\s)(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
}

function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => /\.tsx?$/.test(path) && !/(^|\/)(node_modules|\.next|fixtures)\//.test(path) && !path.endsWith('.d.ts'),
    )
    .map((path) => relative(root, join(folder, path)).split(sep).join('/'));
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
