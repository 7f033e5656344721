import { join } from 'node:path';
import { roles } from '@onpaid/accounts';
import { openDatabase } from '@onpaid/engine';
import { homeFolder } from '../config.ts';
import { installationEnvironment } from '../installation.ts';
import { accountsFor } from '../program.ts';
import { readRunFile } from '../run-file.ts';
import { localSecrets } from '../supervisor/secrets.ts';

/** Gives an address a staff role and prints a link that signs in with one click, once. */
export async function runStaffLink(
  env: Record<string, string | undefined>,
  email: string,
  roleName: string,
): Promise<void> {
  const role = roles.find((known) => known === roleName);
  if (role === undefined) throw new Error(`There is no role "${roleName}". The roles are ${roles.join(', ')}.`);
  const home = homeFolder(env);
  const run = await readRunFile(home);
  const secrets = run === null ? null : await localSecrets(join(home, run.mode));
  const environment = await installationEnvironment(env, secrets?.session ?? null);
  const open = openDatabase(environment.databaseUrl, { max: 2, applicationName: 'onpaid staff' });
  try {
    console.log(await accountsFor(environment, open).createStaffSignInLink(email, role, { minutesValid: 60 }));
  } finally {
    await open.close();
  }
}
