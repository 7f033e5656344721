import 'server-only';
import { type Accounts, createAccounts } from '@onpaid/accounts';
import {
  createLogger,
  createRecorder,
  createWaker,
  createWebhookHandler,
  type Database,
  type Environment,
  openDatabase,
} from '@onpaid/engine';
import type Stripe from 'stripe';
import { createPriceReader, type Prices } from '@/checkout/prices';
import { markEmailVerified } from '@/portal/account-store';
import { readEnvironment } from './config';
import { founder } from './founder';
import { signInMailer } from './sign-in-mail';
import { createStripeClient } from './stripe';

export interface Services {
  environment: Environment;
  log: ReturnType<typeof createLogger>;
  db: Database;
  accounts: Accounts;
  /** Null without a key: nothing can be sold. */
  stripe: Stripe | null;
  readPrices(): Promise<Prices>;
  webhook(request: Request): Promise<Response>;
  /** Wakes the worker after a write of ours that made work for it. */
  wake(): void;
}

// Pages and routes are bundled apart, and development reloads modules: only globalThis is once per process.
const store = globalThis as typeof globalThis & { onpaidServices?: Services };

/** Everything the app works with, made when first asked for and then kept. */
export function services(): Services {
  store.onpaidServices ??= createServices(readEnvironment());
  return store.onpaidServices;
}

function createServices(environment: Environment): Services {
  const { mode, baseUrl, secret } = environment;
  const log = createLogger('app');
  const { db, pool } = openDatabase(environment.databaseUrl, { max: 10, applicationName: 'onpaid app' });
  const wake = createWaker(pool, log);
  const stripe = createStripeClient(environment.stripe);
  const lookupKeys = founder.plans.flatMap((plan) => plan.prices.map((price) => price.lookupKey));
  return {
    environment,
    log,
    db,
    stripe,
    wake,
    readPrices: stripe
      ? createPriceReader(stripe, lookupKeys)
      : () => Promise.reject(new Error('There is no Stripe key.')),
    accounts: createAccounts({
      pool,
      baseUrl,
      secret,
      sendSignInMail: signInMailer(environment),
      async onEmailVerified(email) {
        await markEmailVerified(db, email);
        wake();
      },
      report: (error) => log.error({ err: error }, 'signing in failed'),
    }),
    webhook: createWebhookHandler({
      mode,
      secrets: environment.stripe.webhookSecrets,
      recorder: createRecorder({ pool, onRecorded: wake }),
      now: () => new Date(),
      log,
    }),
  };
}
