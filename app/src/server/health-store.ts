import type { Database } from '@onpaid/engine';

/** True when the database answers and has been migrated. */
export async function isDatabaseReady(db: Database): Promise<boolean> {
  try {
    await db.selectFrom('deployment').select('mode').executeTakeFirstOrThrow();
    return true;
  } catch {
    return false;
  }
}
