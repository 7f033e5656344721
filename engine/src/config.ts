import { z } from 'zod';

/** What the founder decides: brand, plans, policy. Secrets and addresses come from the environment, never from here. */

const planPriceSchema = z.object({
  /** The Stripe price's lookup key; the amount is always read from Stripe. */
  lookupKey: z.string().min(1),
  interval: z.enum(['month', 'year', 'one_time']),
  /** Used once, to create the price in the sandbox or with `onpaid connect stripe`. Never shown or charged from here. */
  create: z.object({ amountCents: z.number().int().nonnegative(), currency: z.string().length(3) }),
});

const planSchema = z.object({
  key: z.string().regex(/^[a-z0-9_-]+$/),
  name: z.string().min(1),
  description: z.string(),
  points: z.array(z.string()).default([]),
  recommended: z.boolean().default(false),
  prices: z.array(planPriceSchema).min(1),
  /** Other prices and products at Stripe that are this plan too: old prices, or those of an account that has no lookup keys. */
  priceIds: z.array(z.string()).default([]),
  productIds: z.array(z.string()).default([]),
  /** What having this plan gives, as words other apps may ask for. One app needs no more than `app`. */
  grants: z.array(z.string()).default(['app']),
});

const brandSchema = z.object({
  name: z.string().min(1),
  tagline: z.string(),
  description: z.string(),
  supportEmail: z.email(),
  /** One accent for light and dark, as a CSS colour that has AA contrast on both. */
  accent: z.object({ light: z.string(), dark: z.string() }),
  logoUrl: z.string().optional(),
  postalAddress: z.string().optional(),
});

const policySchema = z.object({
  /** Days of access after a renewal failed: long enough for a new card, and shown with its end date. */
  graceDays: z.number().int().min(0).max(60).default(7),
  /** A paused collection usually means the founder agreed to it, so access stays. */
  accessWhilePaused: z.boolean().default(true),
  /** Bank debits take days and may still fail, so the default waits for the money. */
  accessWhileProcessing: z.boolean().default(false),
  /** Who got the whole price of the present period or order back has not bought it. A part given back takes nothing away. */
  accessAfterRefund: z.boolean().default(false),
  /** Many disputes are mistakes and are withdrawn, so the customer is believed until the bank has decided. */
  accessWhileDisputed: z.boolean().default(true),
  /** A lost dispute is a refund that the bank made. */
  accessAfterLostDispute: z.boolean().default(false),
  /** The failed attempt that opens an issue and alerts; retrying goes on. Two may be a hiccup, and the third is minutes later. */
  issueAfterAttempts: z.number().int().min(1).max(20).default(3),
});

const retentionSchema = z.object({
  /**
   * Days for which the bodies of events are kept: long enough to replay any dispute with a vendor or a bank, and no longer,
   * because they hold names and addresses that nothing needs any more. Keys and what came of them stay for good.
   */
  eventsDays: z.number().int().min(7).max(3_650).default(90),
});

const configSchema = z.object({
  brand: brandSchema,
  plans: z.array(planSchema).min(1).superRefine(nameEachOnce),
  policy: policySchema.prefault({}),
  retention: retentionSchema.prefault({}),
});

/** What would be two plans at once is a slip of the pen: one price buys one plan. */
function nameEachOnce(plans: z.output<typeof planSchema>[], context: z.RefinementCtx): void {
  const names = {
    'plan key': (plan: Plan) => [plan.key],
    'lookup key': (plan: Plan) => plan.prices.map((price) => price.lookupKey),
    price: (plan: Plan) => plan.priceIds,
    product: (plan: Plan) => plan.productIds,
  };
  for (const [what, namesOf] of Object.entries(names)) {
    const seen = new Set<string>();
    plans.forEach((plan, index) => {
      for (const name of namesOf(plan)) {
        if (seen.has(name)) {
          context.addIssue({ code: 'custom', path: [index], message: `The ${what} ${name} is named twice` });
        }
        seen.add(name);
      }
    });
  }
}

export type OnpaidConfig = z.output<typeof configSchema>;
export type Plan = OnpaidConfig['plans'][number];
export type Brand = OnpaidConfig['brand'];
export type Policy = OnpaidConfig['policy'] & { plans: Plan[] };

/** Parses the founder's config once; throws one readable list of what is wrong and where. */
export function defineConfig(config: z.input<typeof configSchema>): OnpaidConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return result.data;
  throw new Error(`onpaid.config.ts is not right:\n${z.prettifyError(result.error)}`);
}

export function policyOf(config: OnpaidConfig): Policy {
  return { ...config.policy, plans: config.plans };
}

export type Mode = 'sandbox' | 'test' | 'live';

export interface Environment {
  mode: Mode;
  databaseUrl: string;
  /** Public address of this installation, without a trailing slash. */
  baseUrl: string;
  /** Signs sessions and cookies. */
  secret: string;
  stripe: {
    /** Null: no reads from Stripe; we work from payloads alone and say so. */
    secretKey: string | null;
    /** Every active signing secret, so that a rolled one works for its day of overlap. None where events are polled. */
    webhookSecrets: string[];
    /** Where the Stripe API is; only the sandbox changes it. */
    apiBase: string;
  };
}

export interface EnvironmentProblem {
  name: string;
  problem: string;
  why: string;
  where: string;
}

const PLACEHOLDER = /^(|whsec_|sk_(test|live)_|rk_(test|live)_)?(\.\.\.|x+|your.*|changeme|placeholder|todo|<.*>)$/i;

/**
 * Reads what every program of ours needs. Returns either all of it or one list of what is missing or contradictory;
 * never throws for the user's mistake, never prints a value.
 */
export function loadEnvironment(
  env: Record<string, string | undefined>,
): { ok: true; environment: Environment } | { ok: false; problems: EnvironmentProblem[] } {
  const problems: EnvironmentProblem[] = [];
  const read = (name: string): string | null => {
    const value = env[name]?.trim();
    return value ? value : null;
  };
  const require = (name: string, why: string, where: string): string => {
    const value = read(name);
    if (value === null) problems.push({ name, problem: 'is not set', why, where });
    else if (PLACEHOLDER.test(value)) problems.push({ name, problem: 'holds a placeholder', why, where });
    return value ?? '';
  };

  const isSandbox = env.ONPAID_MODE === 'sandbox';
  const secretKey = read('STRIPE_SECRET_KEY');
  const mode = modeOf(isSandbox, secretKey, read('ONPAID_MODE'));
  if (secretKey !== null && !isStripeKey(secretKey)) {
    problems.push({
      name: 'STRIPE_SECRET_KEY',
      problem: 'is not a Stripe secret or restricted key (sk_…, rk_…)',
      why: 'Without reads from Stripe, what we believe cannot be verified.',
      where: 'Stripe dashboard, Developers, API keys; a restricted key is enough.',
    });
  }
  if (mode === 'live' && read('STRIPE_API_BASE') !== null) {
    problems.push({
      name: 'STRIPE_API_BASE',
      problem: 'is set while the key is live',
      why: 'A live key must only ever be sent to Stripe.',
      where: 'Remove it; only the sandbox sets it.',
    });
  }
  if (read('ONPAID_MODE') === 'live' && secretKey !== null && mode !== 'live') {
    problems.push({
      name: 'ONPAID_MODE',
      problem: 'says live while STRIPE_SECRET_KEY is a test key',
      why: 'Test and live never mix.',
      where: 'Use the live key, or leave ONPAID_MODE unset.',
    });
  }
  const polls = pollsEvents({ mode, stripe: { secretKey }, baseUrl: read('ONPAID_URL') ?? '' });
  // Events that are asked for are not signed.
  const webhookSecrets = (
    polls && read('STRIPE_WEBHOOK_SECRET') === null
      ? ''
      : require('STRIPE_WEBHOOK_SECRET', 'Every webhook is verified with it before anything else.', '"onpaid connect stripe" makes the endpoint and prints it; or Stripe dashboard, Developers, Webhooks, your endpoint, Signing secret. Several are separated by commas.')
  )
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  if (webhookSecrets.some((secret) => !secret.startsWith('whsec_') || secret.length < 16 || PLACEHOLDER.test(secret))) {
    problems.push({
      name: 'STRIPE_WEBHOOK_SECRET',
      problem: 'is not a signing secret (whsec_…)',
      why: 'A wrong secret refuses every genuine delivery.',
      where: 'Stripe dashboard, Developers, Webhooks, your endpoint, Signing secret.',
    });
  }
  const databaseUrl = require('DATABASE_URL', 'Events, state and effects live there.', 'Your PostgreSQL 15 or newer; "onpaid start" brings its own when it is unset.');
  const baseUrl =
    require('ONPAID_URL', 'Links in mails and the return from checkout point there.', 'The public address of this installation, such as https://pay.example.com.').replace(
      /\/+$/,
      '',
    );
  const secret = require('ONPAID_SECRET', 'It signs sessions and cookies.', 'Make one with: openssl rand -base64 32');
  if (baseUrl && !URL.canParse(baseUrl)) {
    problems.push({
      name: 'ONPAID_URL',
      problem: 'is not a URL',
      why: 'Links are built from it.',
      where: 'Write it whole, with https://.',
    });
  }
  if (secret && secret.length < 32) {
    problems.push({
      name: 'ONPAID_SECRET',
      problem: 'is shorter than 32 characters',
      why: 'It signs sessions.',
      where: 'Make one with: openssl rand -base64 32',
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    environment: {
      mode,
      databaseUrl,
      baseUrl,
      secret,
      stripe: { secretKey, webhookSecrets, apiBase: read('STRIPE_API_BASE') ?? 'https://api.stripe.com' },
    },
  };
}

/**
 * Stripe cannot reach this machine, so we ask it: with a real test key and an address on the loopback. No webhook secret and no
 * tunnel is needed then.
 */
export function pollsEvents(environment: {
  mode: Mode;
  baseUrl: string;
  stripe: Pick<Environment['stripe'], 'secretKey'>;
}): boolean {
  const { mode, baseUrl, stripe } = environment;
  return mode === 'test' && isStripeKey(stripe.secretKey ?? '') && isLoopback(baseUrl);
}

/** True for an address that only this machine can reach. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$|^0\.0\.0\.0$/.test(hostname);
}

function isStripeKey(value: string): boolean {
  return /^(sk|rk)_(test|live)_\w{8,}/.test(value);
}

/** The key decides; without one, ONPAID_MODE does, and test is the safe answer. */
function modeOf(isSandbox: boolean, secretKey: string | null, declared: string | null): Mode {
  if (isSandbox) return 'sandbox';
  if (secretKey !== null) return /^(sk|rk)_live_/.test(secretKey) ? 'live' : 'test';
  return declared === 'live' ? 'live' : 'test';
}

/** One clear list for a terminal; names only, never values. */
export function describeProblems(problems: EnvironmentProblem[], failed = 'Onpaid cannot start'): string {
  const lines = problems.map(
    ({ name, problem, why, where }) => `  ${name} ${problem}.\n    Why: ${why}\n    Where: ${where}`,
  );
  return `${failed}: ${problems.length === 1 ? 'one setting needs' : `${problems.length} settings need`} attention.\n\n${lines.join('\n')}`;
}
