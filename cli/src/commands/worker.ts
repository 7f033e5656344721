import { hostname } from 'node:os';
import { createLogger, createStripeReader, openDatabase, policyOf, stampDeployment, startWorker } from '@onpaid/engine';
import { environmentOrExit } from '../config.ts';
import { loadConfig, loadConnections } from '../program.ts';

/** Converges subjects and runs effects until told to stop; any number of these may run. */
export async function runWorker(env: Record<string, string | undefined>): Promise<void> {
  const environment = environmentOrExit(env);
  const config = await loadConfig();
  const connections = await loadConnections(env, environment, config);
  const log = createLogger('worker');
  const open = openDatabase(environment.databaseUrl, { max: 12, applicationName: 'onpaid worker' });
  await stampDeployment(open.db, { mode: environment.mode, stripeAccount: null });
  const { secretKey, apiBase } = environment.stripe;
  const worker = await startWorker({
    pool: open.pool,
    context: {
      db: open.db,
      log,
      now: () => new Date(),
      policy: policyOf(config),
      baseUrl: environment.baseUrl,
      stripe: secretKey === null ? null : createStripeReader({ secretKey, apiBase, log }),
      connections,
      workerId: `${hostname()}:${process.pid}`,
      reached: () => {},
    },
  });
  if (secretKey === null)
    log.warn('There is no Stripe key: what we believe comes from payloads alone and cannot be verified.');
  log.info({ connections: Object.values(connections).map((connection) => connection.vendor) }, 'the worker is ready');
  process.send?.('ready');

  const stop = async () => {
    await worker.stop();
    await open.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
