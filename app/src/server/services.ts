import 'server-only';
import { type Accounts, createAccounts } from '@onpaid/accounts';
import { type Database, type Environment, openDatabase } from '@onpaid/engine';
import { readEnvironment } from './config';

export interface Services {
  environment: Environment;
  db: Database;
  accounts: Accounts;
}

// Pages and routes are bundled apart, and development reloads modules: only globalThis is once per process.
const store = globalThis as typeof globalThis & { onpaidServices?: Services };

/** Everything the app works with, made when first asked for and then kept. */
export function services(): Services {
  store.onpaidServices ??= createServices(readEnvironment());
  return store.onpaidServices;
}

function createServices(environment: Environment): Services {
  const { db, pool } = openDatabase(environment.databaseUrl, { max: 10, applicationName: 'onpaid app' });
  const accounts = createAccounts({
    pool,
    baseUrl: environment.baseUrl,
    secret: environment.secret,
    sendSignInMail: () => Promise.reject(new Error('There is no mail connection.')),
    report: (error) => console.error(error),
  });
  return { environment, db, accounts };
}
