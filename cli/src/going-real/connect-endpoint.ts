import type Stripe from 'stripe';
import { ask } from './ask.ts';
import type { Connecting, ConnectOptions } from './connect.ts';
import { createEndpoint, markSecret, readEndpoints, removeEndpoint, updateEndpoint } from './endpoint.ts';
import { planEnvLine, readEnvFile, valueIn, writeEnvFile } from './env-file.ts';
import { type EndpointPlan, isSecretOf, planEndpoint, type WantedEndpoint } from './plan.ts';
import { marks } from './say.ts';

const NAME = 'STRIPE_WEBHOOK_SECRET';

/** One endpoint of ours at our address, as it must be. Run again, it finds the one it made. */
export async function connectEndpoint(
  stripe: Stripe,
  wanted: WantedEndpoint,
  connecting: Connecting,
  options: ConnectOptions,
): Promise<boolean> {
  const endpoints = await ask('Reading the webhook endpoints', () => readEndpoints(stripe));
  const plan = planEndpoint(endpoints, wanted, { replace: options.replace, secrets: connecting.secrets });
  const isPlaced = await takeStep(stripe, plan, wanted, connecting, options);
  await sayOthers(stripe, plan, wanted, connecting, options);
  return isPlaced;
}

async function takeStep(
  stripe: Stripe,
  { step }: EndpointPlan,
  wanted: WantedEndpoint,
  connecting: Connecting,
  options: ConnectOptions,
): Promise<boolean> {
  const { say } = connecting;
  switch (step.kind) {
    case 'create':
      return create(stripe, wanted, connecting, options);
    case 'keep':
      say(`  ${marks.done} The webhook endpoint ${step.endpoint.id} at ${wanted.url} sends what is handled.`);
      saySecret(step.endpoint, connecting);
      return true;
    case 'update': {
      const { endpoint, missing, extra, isDisabled } = step;
      const changes = [
        isDisabled && 'enabled, for it was disabled: what happened meanwhile was not sent',
        missing.length > 0 && `asked to send also ${missing.join(', ')}`,
        extra.length > 0 && `no longer asked for ${extra.join(', ')}, which nobody handles`,
      ].filter((change) => change !== false);
      if (!options.dryRun) await updateEndpoint(stripe, endpoint.id, wanted);
      const [mark, verb] = options.dryRun ? [marks.would, 'would be'] : [marks.done, 'is'];
      say(`  ${mark} The webhook endpoint ${endpoint.id} ${verb} ${changes.join('; ')}.`);
      saySecret(endpoint, connecting);
      return true;
    }
    case 'leave':
      say(
        `  ${marks.fail} ${step.endpoint.id} at ${wanted.url} was made by hand, so it is left alone, and no second one is made.`,
      );
      say('    Run this with --replace to make ours beside it: both deliver, and each event still counts once.');
      say('    Then remove the old one in the Stripe dashboard, Developers, Webhooks.');
      return false;
    default:
      return step satisfies never;
  }
}

async function create(
  stripe: Stripe,
  wanted: WantedEndpoint,
  connecting: Connecting,
  options: ConnectOptions,
): Promise<boolean> {
  const { say, envFile, secrets } = connecting;
  const text = options.writeEnv ? await readEnvFile(envFile) : '';
  const there = valueIn(text, NAME);
  // Asked before anything is made: the secret is shown once, and must have somewhere to go.
  if (there !== null && !options.force && !options.replace) {
    say(`  ${marks.fail} ${envFile} has a ${NAME} already, and no endpoint was made: --force overwrites it.`);
    say('    While an old endpoint still delivers, put the new secret in front of the old, separated by a comma.');
    return false;
  }
  const what = `a webhook endpoint at ${wanted.url}, for ${wanted.types.length} types of event, in API version ${wanted.version}`;
  if (options.dryRun) {
    say(`  ${marks.would} Would make ${what}.`);
    return true;
  }
  const { id, secret } = await createEndpoint(stripe, wanted);
  say(`  ${marks.done} Made ${what} (${id}).`);
  // While both deliver, both secrets are active.
  const older = options.replace ? (options.writeEnv ? there : secrets.join(',')) : null;
  const value = older ? `${secret},${older}` : secret;
  const isWritten = options.writeEnv && (await writeSecret(text, value, connecting));
  if (!isWritten) {
    say('\n    Put this line into .env; it is shown this once:\n');
    say(`    ${NAME}=${value}\n`);
  }
  await markSecret(stripe, id, secret);
  return true;
}

/** What cannot be written is shown instead: it must not be lost. */
async function writeSecret(text: string, value: string, { envFile, say }: Connecting): Promise<boolean> {
  const change = planEnvLine(text, NAME, value, { force: true });
  try {
    if (change.kind === 'write') await writeEnvFile(envFile, change.text);
  } catch (error) {
    say(`  ${marks.fail} ${envFile} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
  say(`  ${marks.done} Its signing secret is in ${envFile}, readable by you alone.`);
  return true;
}

function saySecret(endpoint: Parameters<typeof isSecretOf>[0], { secrets, say }: Connecting): void {
  const where = 'The Stripe dashboard shows it: Developers, Webhooks, this endpoint, Signing secret.';
  if (secrets.length === 0) say(`  ${marks.warn} ${NAME} is not set here. ${where}`);
  else if (isSecretOf(endpoint, secrets) === false)
    say(`  ${marks.warn} ${NAME} here is not this endpoint’s. ${where}`);
}

/** An endpoint's API version cannot be changed, so what is of another one is replaced in two runs, with both at work between. */
async function sayOthers(
  stripe: Stripe,
  { others, remove }: EndpointPlan,
  wanted: WantedEndpoint,
  { say }: Connecting,
  options: ConnectOptions,
): Promise<void> {
  for (const endpoint of others) {
    const isTwin = endpoint.api_version === wanted.version;
    const what = isTwin
      ? `${endpoint.id} is ours too, at the same address`
      : `${endpoint.id} is of ${endpoint.api_version ? `API version ${endpoint.api_version}` : 'the account’s default version'}, and ours is ${wanted.version}`;
    if (remove.includes(endpoint)) {
      if (!options.dryRun) await removeEndpoint(stripe, endpoint.id);
      const [mark, verb] = options.dryRun ? [marks.would, 'would be removed'] : [marks.done, 'was removed'];
      say(`  ${mark} ${what}. The other’s secret is in use here, so it ${verb}; its own secret can go too.`);
    } else if (options.replace) {
      say(`  ${marks.warn} ${what}. It stays until the new secret is in use here: then run this with --replace again.`);
    } else if (isTwin) {
      say(
        `  ${marks.warn} ${what}. Each event still counts once; --replace removes the one whose secret is not in use.`,
      );
    } else {
      say(
        `  ${marks.warn} ${what}. A version cannot be changed: --replace makes a new endpoint beside it. Both deliver`,
      );
      say('    until the new secret is in use; --replace once more then removes the old one.');
    }
  }
}
