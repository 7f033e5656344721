import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { Role } from './permission.ts';

interface AccountsTables {
  user: { id: string; name: string; email: string; emailVerified: boolean; role: Role | null; updatedAt: Date };
  session: { id: string; userId: string };
}

export type AccountsDatabase = Kysely<AccountsTables>;

/** Our own schema, in snake_case; better-auth sees the camelCase names it expects. */
export function accountsDatabase(pool: Pool): AccountsDatabase {
  return new Kysely<AccountsTables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
}

/** Gives an address a role, adding the person when they never signed in. The address is proven when the link is used. */
export async function saveStaff(db: AccountsDatabase, staff: { id: string; email: string; role: Role }): Promise<void> {
  await db
    .withSchema('accounts')
    .insertInto('user')
    .values({ ...staff, name: '', emailVerified: false, updatedAt: new Date() })
    .onConflict((conflict) => conflict.column('email').doUpdateSet({ role: staff.role, updatedAt: new Date() }))
    .execute();
}
