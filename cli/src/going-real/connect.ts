import { styleText } from 'node:util';
import {
  createStripeClient,
  type Environment,
  handledTypes,
  type OnpaidConfig,
  pinnedApiVersion,
  pollsEvents,
  readStripeFailure,
  WEBHOOK_PATH,
} from '@onpaid/engine';
import type Stripe from 'stripe';
import { ask } from './ask.ts';
import { connectEndpoint } from './connect-endpoint.ts';
import { warnOfStripeMails } from './mails.ts';
import { isNeeded, type Probed, probePermissions } from './permissions.ts';
import { createPrices, planPrices, readPrices } from './prices.ts';
import { marks, type Say } from './say.ts';

export interface ConnectOptions {
  dryRun: boolean;
  replace: boolean;
  createPrices: boolean;
  writeEnv: boolean;
  force: boolean;
}

export interface Connecting {
  environment: Pick<Environment, 'mode' | 'baseUrl'> & { stripe: { secretKey: string; apiBase: string } };
  config: OnpaidConfig;
  /** Signing secrets in use here now; empty before the first endpoint. */
  secrets: string[];
  envFile: string;
  say: Say;
}

/** Whose key, what it may, the endpoint, the prices, and Stripe's own mails. Answers whether everything that must be is as it must be. */
export async function connectStripe(connecting: Connecting, options: ConnectOptions): Promise<boolean> {
  const { environment, say } = connecting;
  const stripe = createStripeClient(environment.stripe);
  if (options.dryRun) say('  Nothing is changed: this only says what would be done.\n');
  await sayWhose(stripe, connecting);
  const mayAll = await sayPermissions(stripe, connecting);
  const hasEndpoint = await placeEndpoint(stripe, connecting, options);
  await placePrices(stripe, connecting, options);
  await warnOfStripeMails(stripe, say);
  say('');
  return mayAll && hasEndpoint;
}

async function sayWhose(stripe: Stripe, { environment, say }: Connecting): Promise<void> {
  const kind = isRestricted(environment.stripe.secretKey) ? 'A restricted key' : 'A secret key';
  const account = await ask('Asking Stripe whose key STRIPE_SECRET_KEY is', () => retrieveAccount(stripe));
  const whose = account === null ? 'of an account it may not name' : `of ${nameOf(account)} (${account.id})`;
  say(`  ${marks.done} ${kind}, ${environment.mode} mode, ${whose}`);
  if (account?.charges_enabled === false) {
    say(`  ${marks.warn} Stripe does not let this account take payments yet: finish its activation in the dashboard.`);
  }
  if (!isRestricted(environment.stripe.secretKey)) {
    say(`  ${marks.warn} A secret key may do everything. A restricted key with the permissions below is enough.`);
  }
}

/** Null when a restricted key may not ask. */
async function retrieveAccount(stripe: Stripe): Promise<Stripe.Account | null> {
  try {
    return await stripe.accounts.retrieveCurrent();
  } catch (error) {
    if (readStripeFailure(error).kind === 'permission') return null;
    throw error;
  }
}

function nameOf(account: Stripe.Account): string {
  return account.settings?.dashboard.display_name ?? account.business_profile?.name ?? 'an account without a name';
}

async function sayPermissions(stripe: Stripe, { environment, say }: Connecting): Promise<boolean> {
  const probed = await probePermissions(stripe, { isRestricted: isRestricted(environment.stripe.secretKey) });
  say('\n  What the key needs, and what for:\n');
  for (const one of probed) sayPermission(one, say);
  const lacking = probed.filter(isNeeded);
  say('');
  if (lacking.length === 0) return true;
  const names = lacking.map(({ permission }) => permission.name).join(', ');
  say(
    `  ${marks.fail} The key lacks: ${names}. Edit it in the Stripe dashboard, Developers, API keys, and run this again.`,
  );
  return false;
}

function sayPermission({ permission, answer, detail }: Probed, say: Say): void {
  const { name, access, when, why } = permission;
  const mark = { has: marks.done, lacks: when === 'optional' ? marks.warn : marks.fail, 'not asked': marks.unknown };
  const extra = [when === 'always' ? '' : when === 'setup' ? 'for this command' : 'optional', detail].filter(Boolean);
  say(`  ${mark[answer]} ${name.padEnd(28)} ${access.padEnd(6)} ${answer.padEnd(10)} ${styleText('dim', why)}`);
  if (extra.length > 0) say(styleText('dim', `${' '.repeat(50)}${extra.join('; ')}`));
}

async function placeEndpoint(stripe: Stripe, connecting: Connecting, options: ConnectOptions): Promise<boolean> {
  const { environment, say } = connecting;
  const { mode, baseUrl, stripe: settings } = environment;
  if (pollsEvents({ mode, baseUrl, stripe: settings })) {
    say(`  ${marks.done} ${baseUrl} is on this machine, where Stripe cannot reach it: no endpoint is made.`);
    say('    Events are asked for every two seconds instead, so that no tunnel and no signing secret is needed.');
    return true;
  }
  if (!baseUrl.startsWith('https://')) {
    say(
      `  ${marks.fail} ONPAID_URL is ${baseUrl}, and no endpoint is made: Stripe delivers live events to https alone.`,
    );
    return false;
  }
  const wanted = { url: `${baseUrl}${WEBHOOK_PATH}`, types: [...handledTypes].sort(), version: pinnedApiVersion };
  return connectEndpoint(stripe, wanted, connecting, options);
}

async function placePrices(stripe: Stripe, { config, say }: Connecting, options: ConnectOptions): Promise<void> {
  const prices = await ask('Reading the prices', () => readPrices(stripe, config));
  const plan = planPrices(config, prices);
  const absent = plan.absent.map(({ price }) => price.lookupKey).join(', ');
  for (const { lookupKey, id, differences } of plan.differing) {
    say(`  ${marks.warn} Price ${lookupKey} (${id}): ${differences.join('; ')}. Stripe’s counts; it is not changed.`);
  }
  if (absent === '') {
    say(`  ${marks.done} Every price of onpaid.config.ts is at Stripe (${plan.existing.length}).`);
  } else if (options.createPrices && !options.dryRun) {
    await createPrices(stripe, config, plan, prices);
    say(`  ${marks.done} Created prices ${absent}.`);
  } else if (options.createPrices) {
    say(`  ${marks.would} Would create prices ${absent}.`);
  } else {
    say(
      `  ${marks.warn} Stripe has no price ${absent}. Give yours these lookup keys, or run this with --create-prices.`,
    );
  }
}

function isRestricted(key: string): boolean {
  return key.startsWith('rk_');
}
