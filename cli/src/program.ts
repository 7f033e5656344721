import { join } from 'node:path';
import type { Accounts } from '@onpaid/accounts';
import { accountsMigrations, createAccounts } from '@onpaid/accounts';
import {
  type Connection,
  createLogger,
  describeProblems,
  type Environment,
  engineMigrations,
  ensurePayloadPartitions,
  isDatabaseReady,
  migrateToLatest,
  migrateWakeUps,
  type OnpaidConfig,
  type OpenDatabase,
  openDatabase,
  readStripeAccount,
  type Slot,
  stampDeployment,
} from '@onpaid/engine';
import { register } from 'tsx/esm/api';
import { environmentOrExit, projectRoot } from './config.ts';
import { installationVariables } from './installation.ts';

/** The real things of one program, built in one place each. */

/** Applies what is missing of both schemas, stamps the database, and says which migrations ran. */
export async function migrate(environment: Environment): Promise<string[]> {
  const stripeAccount = await readStripeAccount(environment.stripe);
  const { db, pool, close } = openDatabase(environment.databaseUrl, { max: 2, applicationName: 'onpaid migrate' });
  try {
    // A database of another mode or account is refused before anything in it is touched.
    if (await isDatabaseReady(db)) await stampDeployment(db, { mode: environment.mode, stripeAccount });
    const applied = [
      ...(await migrateToLatest(db, engineMigrations)),
      ...(await migrateToLatest(db, accountsMigrations)),
    ];
    await migrateWakeUps(pool);
    await stampDeployment(db, { mode: environment.mode, stripeAccount });
    await ensurePayloadPartitions(db, new Date());
    return applied;
  } finally {
    await close();
  }
}

export async function loadConfig(): Promise<OnpaidConfig> {
  const { default: config } = (await import(join(projectRoot, 'onpaid.config.ts'))) as { default: OnpaidConfig };
  return config;
}

/** Mail templates are .tsx, which Node alone cannot load: tsx is registered first. */
export function loadConnectors(): Promise<typeof import('@onpaid/connectors')> {
  register({ tsconfig: join(projectRoot, 'tsconfig.json') });
  return import('@onpaid/connectors');
}

/** The configured vendors. */
export async function loadConnections(
  env: Record<string, string | undefined>,
  environment: Environment,
  config: OnpaidConfig,
): Promise<Partial<Record<Slot, Connection>>> {
  const { connectionsFromEnvironment } = await loadConnectors();
  const loaded = connectionsFromEnvironment(env, {
    brand: config.brand,
    baseUrl: environment.baseUrl,
    mode: environment.mode,
  });
  if (loaded.ok) return loaded.connections;
  console.error(describeProblems(loaded.problems));
  process.exit(78);
}

/** For commands that reach the vendors of what is configured here, or is running from this folder. */
export async function installationConnections(env: Record<string, string | undefined>): Promise<Connection[]> {
  const variables = await installationVariables(env);
  return Object.values(await loadConnections(variables, environmentOrExit(variables), await loadConfig()));
}

/** For staff links only: the CLI sends no sign-in mail. */
export function accountsFor(environment: Environment, open: OpenDatabase): Accounts {
  const log = createLogger('accounts');
  return createAccounts({
    pool: open.pool,
    baseUrl: environment.baseUrl,
    secret: environment.secret,
    sendSignInMail: () =>
      Promise.reject(new Error('The command line sends no sign-in mail; ask for one on the sign-in page.')),
    report: (error) => log.error({ err: error }, 'accounts'),
  });
}
