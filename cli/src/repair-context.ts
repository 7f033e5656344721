import { hostname } from 'node:os';
import {
  createLogger,
  createStripeCalls,
  createStripeReader,
  createWaker,
  openDatabase,
  policyOf,
  type RepairContext,
  type ReplayContext,
  stampDeployment,
} from '@onpaid/engine';
import { environmentOrExit } from './config.ts';
import { installationVariables } from './installation.ts';
import { loadConfig, loadConnections } from './program.ts';

type Variables = Record<string, string | undefined>;

/** What is configured here, or is running from this folder, for commands that repair it; a worker that runs is woken. */
export async function openForReplay(
  env: Variables,
  { rate }: { rate?: number } = {},
): Promise<{ context: ReplayContext; close: () => Promise<void> }> {
  const variables = await installationVariables(env);
  const environment = environmentOrExit(variables);
  const config = await loadConfig();
  const connections = await loadConnections(variables, environment, config);
  const log = createLogger('repair', { level: 'warn' });
  const open = openDatabase(environment.databaseUrl, { max: 6, applicationName: 'onpaid repair' });
  await stampDeployment(open.db, { mode: environment.mode, stripeAccount: null });
  const { secretKey, apiBase } = environment.stripe;
  const calls =
    secretKey === null
      ? null
      : createStripeCalls({ secretKey, apiBase, log, ...(rate !== undefined && { ratePerSecond: rate }) });
  const now = () => new Date();
  const context: ReplayContext = {
    db: open.db,
    pool: open.pool,
    log,
    now,
    policy: policyOf(config),
    baseUrl: environment.baseUrl,
    mode: environment.mode,
    calls,
    stripe: calls && createStripeReader(calls, now),
    connections,
    workerId: `cli:${hostname()}:${process.pid}`,
    wake: createWaker(open.pool, log),
    reached: () => {},
  };
  return { context, close: open.close };
}

/** The same, where Stripe is what we compare with. */
export async function openRepair(
  env: Variables,
  options: { rate?: number } = {},
): Promise<{ context: RepairContext; close: () => Promise<void> }> {
  const { context, close } = await openForReplay(env, options);
  const { calls, stripe } = context;
  if (calls === null || stripe === null) {
    await close();
    throw new Error(
      'There is no Stripe key to ask Stripe with: set STRIPE_SECRET_KEY; a restricted key that reads is enough.',
    );
  }
  return { context: { ...context, calls, stripe }, close };
}

/** Ends the work in good order on the first Ctrl-C, and the program on the second. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return controller.signal;
}

/** One line on stderr that is written over, where somebody looks; where nobody does, one now and then. */
export function progressLine(): { show: (line: string) => void; end: () => void } {
  const { stderr } = process;
  let shownAt = 0;
  const everyMs = stderr.isTTY ? 100 : 5_000;
  return {
    show(line) {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      stderr.write(stderr.isTTY ? `\r\u001b[2K  ${line}` : `  ${line}\n`);
    },
    end() {
      if (stderr.isTTY) stderr.write('\r\u001b[2K');
    },
  };
}
