import { join } from 'node:path';
import { describeProblems, type EnvironmentProblem, loadEnvironment } from '@onpaid/engine';
import { type Connecting, type ConnectOptions, connectStripe } from '../going-real/connect.ts';
import { loadConfig } from '../program.ts';

type Variables = Record<string, string | undefined>;

/** Makes this installation and a Stripe account know each other; safe to run again. Exits 1 when something is still missing. */
export async function runConnectStripe(env: Variables, options: ConnectOptions): Promise<void> {
  const read = readConnecting(env);
  if (!read.ok) {
    console.error(describeProblems(read.problems, 'Stripe cannot be connected'));
    process.exit(78);
  }
  console.log('');
  const isConnected = await connectStripe(
    { ...read, config: await loadConfig(), envFile: join(process.cwd(), '.env'), say: console.log },
    options,
  );
  process.exitCode = isConnected ? 0 : 1;
}

/** Needs the key and the address alone: the rest is not there yet when somebody connects for the first time. */
function readConnecting(
  env: Variables,
): ({ ok: true } & Pick<Connecting, 'environment' | 'secrets'>) | { ok: false; problems: EnvironmentProblem[] } {
  const later = {
    DATABASE_URL: 'postgres://not-needed-here',
    ONPAID_SECRET: 'not needed to connect, and so made up here',
    STRIPE_WEBHOOK_SECRET: 'whsec_not_needed_to_connect',
  };
  const loaded = loadEnvironment({ ...env, ...later });
  const secretKey = env.STRIPE_SECRET_KEY?.trim() ?? '';
  const problems = loaded.ok ? [] : loaded.problems;
  if (secretKey === '') problems.unshift(noKey);
  if (!loaded.ok || problems.length > 0) return { ok: false, problems };
  const { mode, baseUrl, stripe } = loaded.environment;
  const secrets = (env.STRIPE_WEBHOOK_SECRET ?? '')
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => /^whsec_\w/.test(secret));
  return { ok: true, environment: { mode, baseUrl, stripe: { secretKey, apiBase: stripe.apiBase } }, secrets };
}

const noKey: EnvironmentProblem = {
  name: 'STRIPE_SECRET_KEY',
  problem: 'is not set',
  why: 'It says which account and which mode are connected.',
  where: 'Stripe dashboard, Developers, API keys; a restricted key with Webhook endpoints: write is enough to begin.',
};
