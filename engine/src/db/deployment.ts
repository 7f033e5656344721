import { sql } from 'kysely';
import type { Mode } from '../config.ts';
import type { Database } from './database.ts';

export interface Deployment {
  mode: Mode;
  stripeAccount: string | null;
  liveSince: Date;
}

/**
 * Stamps a new database with its mode and Stripe account, or checks the stamp it has. Throws when they differ: a test key
 * against a live database, or the reverse, must never boot.
 */
export async function stampDeployment(
  db: Database,
  deployment: { mode: Mode; stripeAccount: string | null },
): Promise<Deployment> {
  await sql`
    insert into onpaid.deployment (mode, stripe_account)
    values (${deployment.mode}, ${deployment.stripeAccount})
    on conflict (only_row) do update
    set stripe_account = coalesce(onpaid.deployment.stripe_account, excluded.stripe_account)
  `.execute(db);
  const row = await db
    .selectFrom('deployment')
    .select(['mode', 'stripe_account', 'live_since'])
    .executeTakeFirstOrThrow();
  if (row.mode !== deployment.mode) {
    throw new DeploymentMismatch(
      `This database holds ${row.mode} data, and the Stripe key is of ${deployment.mode} mode. Test and live never mix: use the other key, or another DATABASE_URL.`,
    );
  }
  if (deployment.stripeAccount !== null && row.stripe_account !== deployment.stripeAccount) {
    throw new DeploymentMismatch(
      `This database belongs to Stripe account ${row.stripe_account}, and the key belongs to ${deployment.stripeAccount}. Use that account's key, or another DATABASE_URL.`,
    );
  }
  return { mode: deployment.mode, stripeAccount: row.stripe_account, liveSince: row.live_since };
}

/** When this installation went live; one that is not stamped yet holds nothing back. */
export async function readLiveSince(db: Database): Promise<Date> {
  const { rows } = await sql<{ live_since: Date }>`select live_since from onpaid.deployment`.execute(db);
  return rows[0]?.live_since ?? new Date(0);
}

/** True when the database answers, is migrated and stamped. */
export async function isDatabaseReady(db: Database): Promise<boolean> {
  try {
    return (await db.selectFrom('deployment').select('mode').executeTakeFirst()) !== undefined;
  } catch {
    return false;
  }
}

export class DeploymentMismatch extends Error {
  override name = 'DeploymentMismatch';
}
