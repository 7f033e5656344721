/**
 * The lockfile must also name the optional binaries of platforms other than the one it was made on (macOS, Windows, musl),
 * or `npm ci` fails there, or leaves a tool without its binary. npm drops those its registry did not show it. This adds
 * them, with the versions their parents ask for; `--check` changes nothing and fails when one is missing.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface LockEntry {
  version?: string;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}
interface Lockfile {
  packages: Record<string, LockEntry>;
}

const file = join(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(await readFile(file, 'utf8')) as Lockfile;
const missing = missingBinaries(lock);

if (missing.length === 0) console.log('The lockfile names every optional binary.');
else if (process.argv.includes('--check')) {
  console.error(
    `The lockfile lacks ${missing.length} optional binaries (${missing.map((entry) => entry.path).join(', ')}).\nRun: node scripts/lockfile.ts`,
  );
  process.exitCode = 1;
} else {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${missing.length} optional binaries to the lockfile.`);
}

/** Optional dependencies pinned to one version are binaries; each is looked for where Node would find it from its parent. */
function missingBinaries({ packages }: Lockfile): { path: string; entry: LockEntry }[] {
  const missing = new Map<string, LockEntry>();
  for (const [parentPath, parent] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      const platform = platformOf(name);
      if (platform === null || !/^\d/.test(range) || isNamed(packages, parentPath, name, range)) continue;
      const atTop = packages[`node_modules/${name}`] ?? missing.get(`node_modules/${name}`);
      const path =
        atTop === undefined || atTop.version === range ? `node_modules/${name}` : `${parentPath}/node_modules/${name}`;
      missing.set(path, { version: range, optional: true, ...(parent.dev ? { dev: true } : {}), ...platform });
    }
  }
  return [...missing].map(([path, entry]) => ({ path, entry }));
}

function isNamed(packages: Lockfile['packages'], parentPath: string, name: string, version: string): boolean {
  return [`${parentPath}/node_modules/${name}`, `node_modules/${name}`].some(
    (path) => packages[path]?.version === version,
  );
}

/** `@scope/tool-darwin-arm64`, `tool-linux-x64-musl`: what its name says it is for; null when it names no platform. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> | null {
  const os = /(?:^|[-/])(darwin|linux|linuxmusl|win32|windows|freebsd|android|openharmony)(?=-|$)/.exec(name)?.[1];
  const cpu = /-(x64|arm64|arm|ia32|ppc64|s390x|riscv64)(?=-|$)/.exec(name)?.[1];
  if (os === undefined || cpu === undefined) return null;
  const isMusl = os === 'linuxmusl' || /-musl(eabihf)?$/.test(name);
  const isGlibc = os === 'linux' && /-gnu(eabihf)?$/.test(name);
  return {
    os: [os === 'windows' ? 'win32' : os === 'linuxmusl' ? 'linux' : os],
    cpu: [cpu],
    ...(isMusl ? { libc: ['musl'] } : isGlibc ? { libc: ['glibc'] } : {}),
  };
}
