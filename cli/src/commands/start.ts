import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import {
  type Environment,
  type Mode,
  type OnpaidConfig,
  openDatabase,
  pollsEvents,
  startEmbeddedPostgres,
} from '@onpaid/engine';
import { environmentOrExit, homeFolder, projectRoot } from '../config.ts';
import { accountsFor, loadConfig, loadConnections, migrate } from '../program.ts';
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from '../run-file.ts';
import { buildApp, isBuilt, nextBinary } from '../supervisor/build.ts';
import { createMissingPrices } from '../supervisor/catalog.ts';
import { choosePort } from '../supervisor/ports.ts';
import { step } from '../supervisor/progress.ts';
import { registerEndpoint, sandboxAddressVariables, sandboxVariables, startSandbox } from '../supervisor/sandbox.ts';
import { type LocalSecrets, localSecrets } from '../supervisor/secrets.ts';
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts';
import type { SandboxAddresses } from './sandbox.ts';

type Variables = Record<string, string | undefined>;

export interface StartOptions {
  dev: boolean;
  port: number;
}

const program = join(projectRoot, 'cli/bin/onpaid.js');
const STAFF_LINK_HOURS = 24;

/**
 * Everything on one box: database, sandbox (when there is no Stripe key), app and worker, each a process of its own, started
 * in order, watched, and stopped in the opposite order.
 */
export async function runStart(given: Variables, options: StartOptions): Promise<void> {
  const home = homeFolder(given);
  await refuseSecondStart(home);
  const settings = await prepareSettings(given, options, home);
  const supervisor = createSupervisor(settings.logs);
  const stopAll = () => supervisor.stop().then(() => removeRunFile(home));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!supervisor.isStopping()) console.log('\n  Stopping. What is being sent is finished first.');
      void stopAll().then(() => process.exit(0));
    });
  }
  try {
    const run = await bringUp(settings, supervisor);
    supervisor.onRestart(() => void writeRunFile(home, run));
    await writeRunFile(home, run);
    announce(run, settings);
  } catch (error) {
    if (supervisor.isStopping()) return;
    await stopAll();
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

interface Settings {
  isSandbox: boolean;
  dev: boolean;
  port: number;
  /** Where this mode keeps its data: `.onpaid/sandbox`, `.onpaid/test` or `.onpaid/live`. */
  folder: string;
  logs: string;
  secrets: LocalSecrets;
  config: OnpaidConfig;
  env: Variables;
}

/** Decides how to start. What the founder has to mend ends it here, before anything is started. */
async function prepareSettings(given: Variables, options: StartOptions, home: string): Promise<Settings> {
  const isSandbox = !given.STRIPE_SECRET_KEY && !given.STRIPE_WEBHOOK_SECRET;
  const config = await loadConfig();
  const port = await choosePort(options.port);
  const common = {
    ...given,
    NODE_ENV: options.dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ONPAID_URL: given.ONPAID_URL ?? `http://localhost:${port}`,
  };
  let mode: Mode = 'sandbox';
  if (!isSandbox) {
    // What is made below stands in for what is not there yet.
    const soon = { DATABASE_URL: 'postgres://embedded', ONPAID_SECRET: 'made once the data folder is known, below' };
    const environment = environmentOrExit({ ...soon, ...defined(common) });
    await loadConnections(common, environment, config);
    mode = environment.mode;
  }
  const folder = join(home, mode);
  const secrets = await localSecrets(folder);
  console.log(`\n  ${styleText('bold', 'Onpaid')}  ${mode} mode\n`);
  const env = { ...common, ONPAID_SECRET: given.ONPAID_SECRET ?? secrets.session };
  return {
    isSandbox,
    dev: options.dev,
    port,
    folder,
    logs: join(folder, 'logs'),
    secrets,
    config,
    env: isSandbox ? { ...env, ...sandboxVariables(secrets) } : env,
  };
}

function defined(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
}

async function bringUp(settings: Settings, supervisor: Supervisor): Promise<RunFile> {
  const { isSandbox, dev, folder, config } = settings;
  let { env } = settings;
  // The longest part needs nothing of the others, so it runs beside them.
  const built = dev || (await isBuilt()) ? Promise.resolve() : buildApp(env);
  // Heard of below, when it is waited for.
  built.catch(() => {});

  if (!env.DATABASE_URL) {
    const postgres = supervisor.keep(await step('Starting PostgreSQL', () => startEmbeddedPostgres(folder)));
    env = { ...env, DATABASE_URL: postgres.url };
  }
  let addresses: SandboxAddresses | null = null;
  if (isSandbox) {
    const dataFolder = join(folder, 'stand-ins');
    const sandbox = await step('Starting the sandbox: Stripe, HubSpot, Zendesk, Slack, mail and your app', () =>
      startSandbox(supervisor, { program, cwd: projectRoot, dataFolder, env }),
    );
    addresses = sandbox;
    env = { ...env, ...sandboxAddressVariables(sandbox) };
  }
  const environment = environmentOrExit(env);
  await step('Preparing the database', () => migrate(environment));
  if (isSandbox) {
    await step('Preparing plans, prices and CRM fields in the sandbox', () => furnish(env, environment, config));
  }
  if (!dev) await step('Preparing the app (the first time takes about a minute)', () => built);
  await startPrograms({ ...settings, env }, supervisor);

  const webhook = `http://127.0.0.1:${settings.port}/api/stripe/webhook`;
  if (addresses !== null) await registerEndpoint(addresses.stripe, { url: webhook, secret: settings.secrets.webhook });
  const staffSignInUrl = isSandbox ? await staffLink(environment) : null;
  return describeRun({ settings, environment, pids: supervisor.pids, webhook, staffSignInUrl, addresses });
}

/** What a founder has at Stripe and in the CRM before the first sale. */
async function furnish(env: Variables, environment: Environment, config: OnpaidConfig): Promise<void> {
  const { secretKey, apiBase } = environment.stripe;
  if (secretKey !== null) await createMissingPrices(config, { secretKey, apiBase });
  const connections = await loadConnections(env, environment, config);
  for (const connection of Object.values(connections)) await connection.setup?.(AbortSignal.timeout(20_000));
}

async function startPrograms({ dev, isSandbox, port, env }: Settings, supervisor: Supervisor): Promise<void> {
  // The sandbox is for this machine only.
  const host = isSandbox ? '127.0.0.1' : '0.0.0.0';
  const args = [nextBinary(), dev ? 'dev' : 'start', '--port', String(port), '--hostname', host];
  await step('Starting the app', async () => {
    await supervisor.program({ role: 'app', args, cwd: join(projectRoot, 'app'), env });
    await waitForHealth(`http://127.0.0.1:${port}/api/health`, supervisor.isStopping);
  });
  await step('Starting the worker', async () => {
    const worker = await supervisor.program({ role: 'worker', args: [program, 'worker'], cwd: process.cwd(), env });
    await worker.ready;
  });
}

function describeRun(run: {
  settings: Settings;
  environment: Environment;
  pids: Record<string, number>;
  webhook: string;
  staffSignInUrl: string | null;
  addresses: SandboxAddresses | null;
}): RunFile {
  const { settings, environment, pids, webhook, staffSignInUrl, addresses } = run;
  const { mode, baseUrl, databaseUrl } = environment;
  const sandbox = addresses && {
    webhookSecret: settings.secrets.webhook,
    stripe: addresses.stripe,
    baseUrls: addresses.baseUrls,
    inboxUrls: addresses.inboxUrls,
    faultsUrl: `${addresses.vendors}/_faults`,
  };
  return {
    mode,
    startedAt: new Date().toISOString(),
    urls: { app: baseUrl, pricing: `${baseUrl}/pricing`, operations: `${baseUrl}/ops`, webhook },
    staffSignInUrl,
    pids,
    databaseUrl,
    logs: settings.logs,
    sandbox,
  };
}

async function staffLink(environment: Environment): Promise<string> {
  const open = openDatabase(environment.databaseUrl, { max: 2, applicationName: 'onpaid start' });
  try {
    const accounts = accountsFor(environment, open);
    return await accounts.createStaffSignInLink('founder@northwind.example', 'owner', {
      minutesValid: STAFF_LINK_HOURS * 60,
    });
  } finally {
    await open.close();
  }
}

function announce(run: RunFile, { env }: Settings): void {
  const row = (label: string, value: string) => console.log(`  ${label.padEnd(22)}${styleText('cyan', value)}`);
  console.log(`\n  ${styleText('green', 'Ready.')}\n`);
  row('Shop', run.urls.app);
  row('Pricing', run.urls.pricing);
  row('Operations', run.urls.operations);
  if (run.staffSignInUrl) row('Sign in as staff', run.staffSignInUrl);
  if (run.sandbox) {
    row('What vendors received', new URL('/inbox', run.sandbox.faultsUrl).href);
    console.log(
      styleText(
        'dim',
        '\n  SANDBOX: nothing leaves this machine and no card is charged. Buy something on the pricing page.',
      ),
    );
  }
  if (pollsEvents({ mode: run.mode, baseUrl: run.urls.app, stripe: { secretKey: env.STRIPE_SECRET_KEY ?? null } })) {
    console.log(
      styleText(
        'dim',
        '\n  TEST MODE: Stripe is asked for its events every two seconds; no endpoint and no tunnel is needed.',
      ),
    );
  }
  console.log(styleText('dim', `  Logs are in ${run.logs}. Press Ctrl-C to stop everything that was started here.\n`));
}

async function waitForHealth(url: string, isStopping: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  while (!isStopping()) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > giveUpAt)
      throw new Error(
        `The app did not become healthy within a minute (${url}${answer ? ` answered ${answer.status}` : ' did not answer'}). Its log says why.`,
      );
    await delay(100);
  }
}

async function refuseSecondStart(home: string): Promise<void> {
  const run = await readRunFile(home);
  const pid = run?.pids.start;
  if (run === null || pid === undefined || pid === process.pid) return;
  try {
    process.kill(pid, 0);
  } catch {
    return;
  }
  console.error(
    `Onpaid is already running from this folder (process ${pid}): ${run.urls.app}\nStop it there with Ctrl-C, or set ONPAID_HOME to another folder.`,
  );
  process.exit(1);
}
