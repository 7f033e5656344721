import { type Environment, type OpenDatabase, openDatabase } from '@onpaid/engine';
import { environmentOrExit, homeFolder } from './config.ts';
import { type RunFile, readRunFile } from './run-file.ts';

type Variables = Record<string, string | undefined>;

/**
 * For commands that look at an installation: the database of DATABASE_URL, or of what `onpaid start` is running from this
 * folder. Ends with a sentence when there is neither.
 */
export async function openInstallation(env: Variables): Promise<OpenDatabase & { run: RunFile | null }> {
  const run = await readRunFile(homeFolder(env));
  const url = env.DATABASE_URL ?? run?.databaseUrl;
  if (url === undefined) {
    console.error(
      'There is no database to look at: nothing is running from this folder ("onpaid start"), and DATABASE_URL is not set.',
    );
    process.exit(78);
  }
  return { ...openDatabase(url, { max: 2, applicationName: 'onpaid cli' }), run };
}

/** The environment of what is running from this folder, completed from `run.json` in the sandbox. */
export async function installationEnvironment(env: Variables, secret: string | null): Promise<Environment> {
  const run = await readRunFile(homeFolder(env));
  if (run === null) return environmentOrExit(env);
  return environmentOrExit({
    ...env,
    DATABASE_URL: env.DATABASE_URL ?? run.databaseUrl,
    ONPAID_URL: env.ONPAID_URL ?? run.urls.app,
    ...(secret === null || env.ONPAID_SECRET ? {} : { ONPAID_SECRET: secret }),
    ...(run.sandbox === null
      ? {}
      : {
          ONPAID_MODE: 'sandbox',
          STRIPE_WEBHOOK_SECRET: run.sandbox.webhookSecret,
          STRIPE_API_BASE: run.sandbox.stripe,
        }),
  });
}
