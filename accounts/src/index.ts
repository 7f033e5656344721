import { join } from 'node:path';

export { type Accounts, type AccountsOptions, createAccounts, localPath, type SignInRequest } from './accounts.ts';
export { type Action, type Actor, can, type Role, roles } from './permission.ts';

/** For the engine's `migrateToLatest`. */
export const accountsMigrations = { folder: join(import.meta.dirname, 'migrations'), schema: 'accounts' };
