import { roles } from '@onpaid/accounts';
import { openDatabase } from '@onpaid/engine';
import { environmentOrExit } from '../config.ts';
import { installationVariables } from '../installation.ts';
import { accountsFor } from '../program.ts';

/** Gives an address a staff role and prints a link that signs in with one click, once. */
export async function runStaffLink(
  env: Record<string, string | undefined>,
  email: string,
  roleName: string,
): Promise<void> {
  const role = roles.find((known) => known === roleName);
  if (role === undefined) throw new Error(`There is no role "${roleName}". The roles are ${roles.join(', ')}.`);
  const environment = environmentOrExit(await installationVariables(env));
  const open = openDatabase(environment.databaseUrl, { max: 2, applicationName: 'onpaid staff' });
  try {
    console.log(await accountsFor(environment, open).createStaffSignInLink(email, role, { minutesValid: 60 }));
  } finally {
    await open.close();
  }
}
