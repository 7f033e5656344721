import { hostname } from 'node:os';
import {
  createLogger,
  createRecorder,
  createStripeCalls,
  createStripeReader,
  createWaker,
  type LineContext,
  openDatabase,
  policyOf,
  pollsEvents,
  stampDeployment,
  startEventPolling,
  startWorker,
  type Worker,
} from '@onpaid/engine';
import { environmentOrExit } from '../config.ts';
import { loadConfig, loadConnections } from '../program.ts';

/** Converges subjects and runs effects until told to stop; any number of these may run. */
export async function runWorker(env: Record<string, string | undefined>): Promise<void> {
  const worker = await openWorker(env);
  process.send?.('ready');
  const stop = async () => {
    await worker.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** The worker of this environment, at work. The crash matrix gives it another clock, and a place to die. */
export async function openWorker(
  env: Record<string, string | undefined>,
  { now = () => new Date(), reached = () => {} }: Partial<Pick<LineContext, 'now' | 'reached'>> = {},
): Promise<Worker> {
  const environment = environmentOrExit(env);
  const config = await loadConfig();
  const connections = await loadConnections(env, environment, config);
  const log = createLogger('worker');
  const open = openDatabase(environment.databaseUrl, { max: 12, applicationName: 'onpaid worker' });
  await stampDeployment(open.db, { mode: environment.mode, stripeAccount: null });
  const { secretKey, apiBase } = environment.stripe;
  const calls = secretKey === null ? null : createStripeCalls({ secretKey, apiBase, log });
  const worker = await startWorker({
    pool: open.pool,
    repair: calls && { calls, mode: environment.mode },
    retention: config.retention,
    context: {
      db: open.db,
      log,
      now,
      policy: policyOf(config),
      baseUrl: environment.baseUrl,
      stripe: calls && createStripeReader(calls, now),
      connections,
      workerId: `${hostname()}:${process.pid}`,
      reached,
    },
  });
  const polling =
    calls === null || !pollsEvents(environment)
      ? null
      : startEventPolling({
          db: open.db,
          calls,
          recorder: createRecorder({ pool: open.pool, onRecorded: createWaker(open.pool, log) }),
          mode: environment.mode,
          log,
          now,
        });
  if (polling !== null) log.info('Stripe cannot reach this machine, so it is asked for its events every two seconds.');
  if (secretKey === null)
    log.warn('There is no Stripe key: what we believe comes from payloads alone and cannot be verified.');
  log.info({ connections: Object.values(connections).map((connection) => connection.vendor) }, 'the worker is ready');
  return {
    async stop() {
      await polling?.stop();
      await worker.stop();
      await open.close();
    },
  };
}
