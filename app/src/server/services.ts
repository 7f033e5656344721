import 'server-only';
import { type Accounts, createAccounts } from '@onpaid/accounts';
import {
  type Connection,
  createLogger,
  createRecorder,
  createRefusalCounter,
  createWaker,
  createWebhookHandler,
  type Database,
  type Environment,
  markEmailVerified,
  openDatabase,
  type Seller,
  type Slot,
  sellerOf,
} from '@onpaid/engine';
import { readEnvironment } from './config';
import { loadConnections } from './connections';

export interface Services {
  environment: Environment;
  log: ReturnType<typeof createLogger>;
  db: Database;
  accounts: Accounts;
  connections: Partial<Record<Slot, Connection>>;
  /** Null without a Stripe key: nothing can be sold. */
  seller: Seller | null;
  webhook(request: Request): Promise<Response>;
  /** Wakes the worker after a write of ours that made work for it; may be lost harmlessly. */
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
  const { connections, sendSignInMail } = loadConnections(environment);
  const { db, pool } = openDatabase(environment.databaseUrl, { max: 10, applicationName: 'onpaid app' });
  const wake = createWaker(pool, log);
  const now = () => new Date();
  return {
    environment,
    log,
    db,
    connections,
    wake,
    seller: sellerOf(environment.stripe, log),
    accounts: createAccounts({
      pool,
      baseUrl,
      secret,
      sendSignInMail,
      async onEmailVerified(email) {
        await markEmailVerified({ db, now, wake, connections }, email);
      },
      report: (error) => log.error({ err: error }, 'signing in failed'),
    }),
    webhook:
      environment.stripe.webhookSecrets.length === 0
        ? () => Promise.resolve(closed())
        : createWebhookHandler({
            mode,
            secrets: environment.stripe.webhookSecrets,
            recorder: createRecorder({ pool, onRecorded: wake }),
            refusals: createRefusalCounter({ pool, log }),
            now,
            log,
          }),
  };
}

/** Without a signing secret nothing could be verified, and the worker asks Stripe for its events instead. */
function closed(): Response {
  const message = 'This installation asks Stripe for events; set STRIPE_WEBHOOK_SECRET to receive them.';
  return Response.json({ error: { code: 'not_receiving', message } }, { status: 503 });
}
