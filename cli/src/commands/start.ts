import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';
import { type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from '@onpaid/engine';
import { environmentOrExit, homeFolder, projectRoot } from '../config.ts';
import { accountsFor, loadConfig, loadConnections, migrate } from '../program.ts';
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from '../run-file.ts';
import { buildApp, isBuilt, nextBinary } from '../supervisor/build.ts';
import { createMissingPrices } from '../supervisor/catalog.ts';
import { type Child, startChild } from '../supervisor/child.ts';
import { choosePort } from '../supervisor/ports.ts';
import { step } from '../supervisor/progress.ts';
import { registerEndpoint, sandboxAddressVariables, sandboxVariables, startSandbox } from '../supervisor/sandbox.ts';
import { localSecrets } from '../supervisor/secrets.ts';
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
  const started: Stoppable[] = [];
  let stopping: Promise<void> | null = null;
  const stopAll = (): Promise<void> => {
    stopping ??= stopInReverse(started).then(() => removeRunFile(home));
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping === null) console.log('\n  Stopping. What is being sent is finished first.');
      void stopAll().then(() => process.exit(0));
    });
  }
  try {
    await bringUp(given, options, home, started, () => stopping !== null);
  } catch (error) {
    if (stopping !== null) return;
    await stopAll();
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

interface Stoppable {
  stop(): Promise<void>;
}

async function bringUp(
  given: Variables,
  options: StartOptions,
  home: string,
  started: Stoppable[],
  isStopping: () => boolean,
): Promise<void> {
  const isSandbox = !given.STRIPE_SECRET_KEY && !given.STRIPE_WEBHOOK_SECRET;
  const mode = isSandbox ? 'sandbox' : /^(sk|rk)_live_/.test(given.STRIPE_SECRET_KEY ?? '') ? 'live' : 'test';
  const folder = join(home, mode);
  const logs = join(folder, 'logs');
  const secrets = await localSecrets(folder);
  const keep = <T extends Stoppable>(part: T): T => {
    started.push(part);
    return part;
  };
  console.log(`\n  ${styleText('bold', 'Onpaid')}  ${mode} mode\n`);

  const port = await choosePort(options.port);
  let env: Variables = {
    ...given,
    NODE_ENV: options.dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ONPAID_URL: given.ONPAID_URL ?? `http://localhost:${port}`,
    ONPAID_SECRET: given.ONPAID_SECRET ?? secrets.session,
    ...(isSandbox ? sandboxVariables(secrets) : {}),
  };
  // What the founder has to mend is told before anything is started.
  if (!isSandbox) {
    const given = environmentOrExit({ ...env, DATABASE_URL: env.DATABASE_URL ?? 'postgres://embedded' });
    await loadConnections(env, given, await loadConfig());
  }
  // The longest part needs nothing of the others, so it runs beside them.
  const built = options.dev || (await isBuilt()) ? Promise.resolve() : buildApp(env);
  built.catch(() => {});

  if (!env.DATABASE_URL) {
    const postgres: EmbeddedPostgres = await step('Starting PostgreSQL', () => startEmbeddedPostgres(folder));
    keep(postgres);
    env = { ...env, DATABASE_URL: postgres.url };
  }
  let addresses: SandboxAddresses | null = null;
  let sandbox: Child | null = null;
  if (isSandbox) {
    const parts = await step('Starting the sandbox: Stripe, HubSpot, Zendesk, Slack, mail and your app', () =>
      startSandbox({
        env,
        dataFolder: join(folder, 'stand-ins'),
        logFile: join(logs, 'sandbox.log'),
        cwd: projectRoot,
        program,
      }),
    );
    sandbox = keep(parts.child);
    addresses = parts.addresses;
    env = { ...env, ...sandboxAddressVariables(addresses) };
  }
  const environment = environmentOrExit(env);
  await step('Preparing the database', () => migrate(environment));
  const config = await loadConfig();
  if (addresses !== null && environment.stripe.secretKey !== null) {
    const stripe = { secretKey: environment.stripe.secretKey, apiBase: environment.stripe.apiBase };
    await step('Preparing plans, prices and CRM fields in the sandbox', async () => {
      await createMissingPrices(config, stripe);
      const connections = await loadConnections(env, environment, config);
      for (const connection of Object.values(connections)) await connection.setup?.(AbortSignal.timeout(20_000));
    });
  }
  if (!options.dev) await step('Preparing the app (the first time takes about a minute)', () => built);

  const host = isSandbox ? '127.0.0.1' : '0.0.0.0';
  const pids: Record<string, number> = { start: process.pid };
  let run: RunFile | null = null;
  const started_ = async (
    role: string,
    args: string[],
    cwd: string,
    wait: (child: Child) => Promise<unknown>,
  ): Promise<void> => {
    const child = keep(
      await startChild(
        { role, args, cwd, env, logFile: join(logs, `${role}.log`) },
        {
          restart: true,
          onRestart: (pid) => {
            pids[role] = pid;
            if (run !== null) void writeRunFile(home, { ...run, pids });
          },
        },
      ),
    );
    child.ready.catch(() => {});
    await wait(child);
    const pid = child.pid();
    if (pid !== undefined) pids[role] = pid;
  };
  await step('Starting the app', () =>
    started_(
      'app',
      [nextBinary(), options.dev ? 'dev' : 'start', '--port', String(port), '--hostname', host],
      join(projectRoot, 'app'),
      () => waitForHealth(`http://127.0.0.1:${port}/api/health`, isStopping),
    ),
  );
  await step('Starting the worker', () =>
    started_('worker', [program, 'worker'], process.cwd(), (child) => child.ready),
  );
  const webhook = `http://127.0.0.1:${port}/api/stripe/webhook`;
  if (addresses !== null) await registerEndpoint(addresses.stripe, { url: webhook, secret: secrets.webhook });
  if (sandbox !== null) pids.sandbox = sandbox.pid() ?? 0;

  const { baseUrl } = environment;
  run = {
    mode: environment.mode,
    startedAt: new Date().toISOString(),
    urls: { app: baseUrl, pricing: `${baseUrl}/pricing`, operations: `${baseUrl}/ops`, webhook },
    staffSignInUrl: isSandbox ? await staffLink(environment) : null,
    pids,
    databaseUrl: environment.databaseUrl,
    logs,
    sandbox:
      addresses === null
        ? null
        : {
            webhookSecret: secrets.webhook,
            stripe: addresses.stripe,
            baseUrls: addresses.baseUrls,
            inboxUrls: addresses.inboxUrls,
            faultsUrl: `${addresses.vendors}/_faults`,
          },
  };
  await writeRunFile(home, run);
  announce(run, addresses);
}

async function staffLink(environment: ReturnType<typeof environmentOrExit>): Promise<string> {
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

function announce(run: RunFile, addresses: SandboxAddresses | null): void {
  const row = (label: string, value: string) => console.log(`  ${label.padEnd(22)}${styleText('cyan', value)}`);
  console.log(`\n  ${styleText('green', 'Ready.')}\n`);
  row('Shop', run.urls.app);
  row('Pricing', run.urls.pricing);
  row('Operations', run.urls.operations);
  if (run.staffSignInUrl) row('Sign in as staff', run.staffSignInUrl);
  if (addresses) {
    row('What vendors received', `${addresses.vendors}/inbox`);
    console.log(
      styleText(
        'dim',
        '\n  SANDBOX: nothing leaves this machine and no card is charged. Buy something on the pricing page.',
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

async function stopInReverse(started: Stoppable[]): Promise<void> {
  for (const part of started.reverse()) await part.stop();
}
