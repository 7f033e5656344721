import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../config.ts';

const sources = [
  'app/src',
  'app/next.config.ts',
  'app/postcss.config.mjs',
  'app/package.json',
  'engine/src',
  'accounts/src',
  'connectors/src',
  'mail/src',
  'onpaid.config.ts',
  'package-lock.json',
];
const stamp = join(projectRoot, 'app/.next/onpaid-sources');

export function nextBinary(): string {
  return createRequire(join(projectRoot, 'app/package.json')).resolve('next/dist/bin/next');
}

/** True when app/.next was built from exactly the sources that are here now. */
export async function isBuilt(): Promise<boolean> {
  const built = await readFile(stamp, 'utf8').catch(() => null);
  return built !== null && built === (await hashSources());
}

/** The production build, made once and reused until a source changes. */
export async function buildApp(env: Record<string, string | undefined>): Promise<void> {
  const hash = await hashSources();
  const output = await new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [nextBinary(), 'build'], {
      cwd: join(projectRoot, 'app'),
      env: { ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, text }));
  });
  if (output.code !== 0)
    throw new Error(`Building the app failed. What "next build" said:\n${output.text.slice(-4_000)}`);
  await writeFile(stamp, hash);
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) await hashInto(hash, join(projectRoot, source));
  return hash.digest('hex');
}

async function hashInto(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) {
    hash.update(path.slice(projectRoot.length)).update(await readFile(path));
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!/\.test\.tsx?$/.test(entry.name)) await hashInto(hash, join(path, entry.name));
  }
}
