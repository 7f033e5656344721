import {
  type Database,
  describeStripeFailure,
  type Environment,
  getSummary,
  handledTypes,
  type OnpaidConfig,
  pinnedApiVersion,
  pollsEvents,
  readDriftRecord,
  readInvariantViolations,
  readMissingEvents,
  readStripeFailure,
  readWebhookRecord,
  WEBHOOK_PATH,
} from '@onpaid/engine';
import type Stripe from 'stripe';
import { readEndpoints } from '../endpoint.ts';
import { readPrices } from '../prices.ts';
import type { Known, PromotionFacts } from './finding.ts';

export interface Promoting {
  db: Database;
  environment: Environment;
  config: OnpaidConfig;
  /** Null without a key. */
  staging: Stripe | null;
  live: { client: Stripe | null; key: PromotionFacts['live']['key']; baseUrl: string };
  hours: number;
  now: Date;
}

/** Everything the judging looks at. Only reads, here and at Stripe. */
export async function gatherPromotion(promoting: Promoting): Promise<PromotionFacts> {
  const { hours, config } = promoting;
  const [staging, live] = await Promise.all([gatherStaging(promoting), gatherLive(promoting)]);
  return { hours, config, staging, live };
}

async function gatherStaging(promoting: Promoting): Promise<PromotionFacts['staging']> {
  const { db, environment, staging, now } = promoting;
  const since = new Date(now.getTime() - promoting.hours * 3_600_000);
  const summary = await getSummary(db, now);
  const violations = await readInvariantViolations(db);
  return {
    mode: environment.mode,
    url: environment.baseUrl,
    polls: pollsEvents(environment),
    webhook: await readWebhookRecord(db, since),
    undelivered: await known(staging, NO_KEY, async (stripe) =>
      readMissingEvents(db, await listUndelivered(stripe, since, now)),
    ),
    endpoints: await known(staging, NO_KEY, readEndpoints),
    secrets: environment.stripe.webhookSecrets,
    violations: violations.map(({ name, id }) => `${name} (${id})`),
    openIssues: summary.openIssues,
    unknownEffects: summary.effects.unknown,
    drift: await readDriftRecord(db),
  };
}

async function gatherLive({ live, config }: Promoting): Promise<PromotionFacts['live']> {
  const { client, key, baseUrl } = live;
  return {
    wanted: { url: `${baseUrl}${WEBHOOK_PATH}`, types: [...handledTypes].sort(), version: pinnedApiVersion },
    key,
    chargesEnabled: await known(client, NO_LIVE_KEY, async (stripe) => {
      const account = await stripe.accounts.retrieveCurrent();
      return account.charges_enabled;
    }),
    endpoints: await known(client, NO_LIVE_KEY, readEndpoints),
    prices: await known(client, NO_LIVE_KEY, (stripe) => readPrices(stripe, config)),
  };
}

const NO_KEY = 'there is no STRIPE_SECRET_KEY to ask with';
const NO_LIVE_KEY = 'there is no live key to ask with';

/** What is on its way right now may be pending without anything being wrong. */
const ON_ITS_WAY_MS = 60_000;

async function listUndelivered(stripe: Stripe, since: Date, now: Date): Promise<string[]> {
  const ids: string[] = [];
  const created = { gte: seconds(since), lte: seconds(new Date(now.getTime() - ON_ITS_WAY_MS)) };
  for await (const event of stripe.events.list({ delivery_success: false, created, limit: 100 })) {
    if (handledTypes.has(event.type)) ids.push(event.id);
  }
  return ids;
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}

/** What Stripe does not answer is not known, and says why. */
async function known<T>(
  stripe: Stripe | null,
  without: string,
  read: (stripe: Stripe) => Promise<T>,
): Promise<Known<T>> {
  if (stripe === null) return { known: false, why: without };
  try {
    return { known: true, value: await read(stripe) };
  } catch (error) {
    return { known: false, why: describeStripeFailure(readStripeFailure(error)) };
  }
}
