import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export {
  type Accounts,
  type AccountsOptions,
  createAccounts,
  localPath,
  SIGN_IN_MINUTES,
  type SignInRequest,
} from './accounts.ts';
export { type Action, type Actor, can, type Role, roles } from './permission.ts';

/** For the engine's `migrateToLatest`. Not import.meta.dirname: Next's bundler leaves that undefined. */
export const accountsMigrations = {
  folder: join(dirname(fileURLToPath(import.meta.url)), 'migrations'),
  schema: 'accounts',
};
