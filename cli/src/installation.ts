import { join } from 'node:path';
import { type OpenDatabase, openDatabase } from '@onpaid/engine';
import { homeFolder } from './config.ts';
import { type RunFile, readRunFile } from './run-file.ts';
import { sandboxAddressVariables, sandboxVariables } from './supervisor/sandbox.ts';
import { localSecrets } from './supervisor/secrets.ts';

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

/**
 * What is set, completed by what is running from this folder: its database, address and secrets, and in the sandbox its
 * stand-ins.
 */
export async function installationVariables(env: Variables): Promise<Variables> {
  const home = homeFolder(env);
  const run = await readRunFile(home);
  if (run === null) return env;
  const secrets = await localSecrets(join(home, run.mode));
  const known = { DATABASE_URL: run.databaseUrl, ONPAID_URL: run.urls.app, ONPAID_SECRET: secrets.session };
  if (run.sandbox === null) return { ...known, ...env };
  const { stripe, baseUrls, inboxUrls, faultsUrl } = run.sandbox;
  const addresses = { stripe, baseUrls, inboxUrls, vendors: new URL(faultsUrl).origin };
  return { ...env, ...known, ...sandboxVariables(secrets), ...sandboxAddressVariables(addresses) };
}
