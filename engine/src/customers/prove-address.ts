import { readHoldersOf, verifyAddress } from './address-store.ts';
import { readIsParted } from './history-store.ts';
import { normaliseEmail } from './identity.ts';
import type { JoinContext } from './join.ts';
import { mergeCustomers } from './merge.ts';

/**
 * Somebody has shown that they read mail at this address: every customer with exactly this address is verified, and those
 * that are now are one buyer. An address nobody has proven joins nobody. Returns how many it changed.
 */
export async function markEmailVerified(context: JoinContext, email: string): Promise<number> {
  const emailNormalized = normaliseEmail(email);
  const verified = await verifyAddress(context.db, emailNormalized, context.now());
  const joined = await joinHolders(context, emailNormalized);
  if (verified > 0) context.wake('subjects');
  return verified + joined;
}

/** Asked at every sign-in, so that one which failed half way is made whole by the next. */
async function joinHolders(context: JoinContext, emailNormalized: string): Promise<number> {
  const [oldest, ...others] = await readHoldersOf(context.db, emailNormalized);
  if (oldest === undefined || others.length === 0) return 0;
  let joined = 0;
  for (const other of others) {
    if (await readIsParted(context.db, oldest, other)) continue;
    const reason = 'Both have the same address, and somebody has shown that they read mail there.';
    const { result } = await mergeCustomers(context, { keep: oldest, merge: other, by: 'rule', reason });
    if (result === 'merged') joined += 1;
  }
  return joined;
}
