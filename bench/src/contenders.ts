import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres, WEBHOOK_PATH } from '@onpaid/engine';
import pg from 'pg';
import { projectRoot } from './config.ts';
import { type Target, WEBHOOK_SECRET } from './events.ts';
import { freePort, type Program, runProgram, startProgram } from './process.ts';

export const CUSTOMERS = 10_000;

export type ContenderKey = 'receiver' | 'app' | 'update-one-row' | 'stripe-sync';

export interface Running {
  target: Target;
  databaseUrl: string;
  /** How many of what it was sent it keeps; null for the one that keeps none. */
  countStored: (() => Promise<number>) | null;
  stop(): Promise<void>;
}

interface Contender {
  name: string;
  /** What an answer of 200 means, since they do not do the same work before it. */
  before200: string;
  start(folder: string, databaseUrl: string): Promise<{ program: Program; target: Target }>;
  countStored: string | null;
}

const ourCount = 'select count(*)::integer as count from onpaid.event';

export const contenders = {
  receiver: {
    name: 'Onpaid receiver (node:http)',
    before200: 'event and body durable',
    countStored: ourCount,
    async start(folder, databaseUrl) {
      await prepareOnpaid(folder, databaseUrl);
      const program = await startOnpaid(['receiver', '--port', '0'], folder, databaseUrl);
      return { program, target: { port: portOf(program.ready), path: WEBHOOK_PATH } };
    },
  },
  app: {
    name: 'Onpaid app (Next.js route)',
    before200: 'event and body durable',
    countStored: ourCount,
    async start(folder, databaseUrl) {
      const app = join(projectRoot, 'app');
      const next = createRequire(join(app, 'package.json')).resolve('next/dist/bin/next');
      const logFile = join(folder, 'app.log');
      if (!existsSync(join(app, '.next/BUILD_ID')))
        await runProgram({ args: [next, 'build'], variables: {}, folder: app, logFile });
      await prepareOnpaid(folder, databaseUrl);
      const port = await freePort();
      const program = await startProgram({
        args: [next, 'start', '--port', String(port), '--hostname', '127.0.0.1'],
        variables: variablesOf(databaseUrl),
        folder: app,
        logFile,
        isReady: () => answers(`http://127.0.0.1:${port}${WEBHOOK_PATH}`),
      });
      return { program, target: { port, path: WEBHOOK_PATH } };
    },
  },
  'update-one-row': {
    name: 'verify + update one row (node:http, pg)',
    before200: 'one row updated; event not kept',
    countStored: null,
    async start(folder, databaseUrl) {
      const program = await startPeer('update-one-row', [databaseUrl, WEBHOOK_SECRET, String(CUSTOMERS)], folder);
      return { program, target: { port: portOf(program.ready), path: '/' } };
    },
  },
  'stripe-sync': {
    name: '@supabase/stripe-sync-engine 0.48.5 (node:http)',
    before200: 'subscription and item upserted; event not kept',
    countStored: null,
    async start(folder, databaseUrl) {
      const program = await startPeer('stripe-sync', [databaseUrl, WEBHOOK_SECRET], folder);
      return { program, target: { port: portOf(program.ready), path: '/' } };
    },
  },
} as const satisfies Record<ContenderKey, Contender>;

/** Starts a contender with a durable PostgreSQL of its own, both in `folder`. */
export async function startContender(key: ContenderKey, folder: string): Promise<Running> {
  const contender: Contender = contenders[key];
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres(folder);
  try {
    const { program, target } = await contender.start(folder, postgres.url);
    const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
    const count = contender.countStored;
    return {
      target,
      databaseUrl: postgres.url,
      countStored: count === null ? null : async () => Number((await pool.query(count)).rows[0].count),
      async stop() {
        await pool.end();
        await program.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

export function startOnpaid(command: string[], folder: string, databaseUrl: string): Promise<Program> {
  return startProgram({ ...onpaid(command, databaseUrl), folder, logFile: join(folder, `${command[0]}.log`) });
}

/** A worker makes its own tables when it first runs; until then no wake-up can be sent, which no installation is like for long. */
async function prepareOnpaid(folder: string, databaseUrl: string): Promise<void> {
  await runProgram({ ...onpaid(['migrate'], databaseUrl), folder, logFile: join(folder, 'migrate.log') });
  await (await startOnpaid(['worker'], folder, databaseUrl)).stop();
}

function onpaid(command: string[], databaseUrl: string): { args: string[]; variables: Record<string, string> } {
  return { args: [join(projectRoot, 'cli/bin/onpaid.js'), ...command], variables: variablesOf(databaseUrl) };
}

/** No Stripe key: what is converged is provisional, and nobody out there is called. */
function variablesOf(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    ONPAID_URL: 'http://127.0.0.1:3000',
    ONPAID_SECRET: 'a-secret-for-benchmarks-only-0123456789',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
}

function startPeer(name: string, args: string[], folder: string): Promise<Program> {
  const module = join(import.meta.dirname, 'peers', `${name}.ts`);
  return startProgram({ args: [module, ...args], variables: {}, folder, logFile: join(folder, `${name}.log`) });
}

function portOf(message: unknown): number {
  if (typeof message === 'object' && message !== null && 'port' in message) return Number(message.port);
  throw new Error(`A program was expected to say its port and said ${JSON.stringify(message)}.`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
