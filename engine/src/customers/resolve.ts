import { belongsToSomebody } from '../billing/decide.ts';
import { forgetOrphans } from '../billing/event-store.ts';
import { referencesOf } from '../billing/event-types.ts';
import type { BillingState } from '../billing/state.ts';
import type { Claim } from '../billing/subject-store.ts';
import { forwardSubject, ownersOf, readAliases } from './alias-store.ts';
import { type JoinContext, joinSubjects } from './join.ts';

/**
 * Hands over what came for subjects that are somebody else's by now, and returns the claims that are left. Read after the
 * claims were taken: an alias made since has raised their fence.
 */
export async function forwardAliased(context: JoinContext, claims: Claim[]): Promise<Claim[]> {
  const aliases = await readAliases(
    context.db,
    claims.map((claim) => claim.id),
  );
  for (const claim of claims) {
    const toId = aliases.get(claim.id);
    if (toId === undefined) continue;
    await context.db.transaction().execute((tx) => forwardSubject(tx, claim, toId, context.now()));
  }
  if (aliases.size > 0) context.wake('subjects');
  return claims.filter((claim) => !aliases.has(claim.id));
}

/**
 * Objects that stand in for a customer and refer to what somebody holds are theirs. Returns the ids of those that were handed
 * over: nothing is to be written for them.
 */
export async function joinByReference(
  context: JoinContext,
  guests: { claim: Claim; state: BillingState }[],
): Promise<Set<string>> {
  const standIns = guests
    .filter(({ claim }) => !claim.id.startsWith('cus_'))
    .map((guest) => ({
      ...guest,
      ids: Object.values(guest.state.objects).flatMap(({ value }) => referencesOf(value)),
    }));
  const owners = await ownersOf(context.db, [...new Set(standIns.flatMap(({ ids }) => ids))]);
  const joined = new Set<string>();
  for (const { claim, state, ids } of standIns) {
    // A customer who is named outright, else whoever holds one of the others.
    const holder = ids.map((id) => owners.get(id)).find((owner) => owner !== undefined && owner !== claim.id);
    const ownerId = ids.find((id) => id.startsWith('cus_')) ?? holder;
    // Nothing was said of it while nobody was known for it.
    const orphans = belongsToSomebody(state) ? [] : Object.keys(state.objects);
    if (ownerId !== undefined && (await joinOwner(context, claim, ownerId, orphans))) joined.add(claim.id);
  }
  return joined;
}

/**
 * Stripe has named whose the subject is. False when it is the claim's own by now, after a merge. `orphans` are objects of which
 * nothing was said while nobody was known for them: they are found anew where they belong.
 */
export async function joinOwner(
  context: JoinContext,
  claim: Claim,
  ownerId: string,
  orphans: string[] = [],
): Promise<boolean> {
  const toId = (await readAliases(context.db, [ownerId])).get(ownerId) ?? ownerId;
  if (toId === claim.id) return false;
  const joining = {
    fromId: claim.id,
    toId,
    claim,
    by: 'rule',
    reason: `Stripe says that ${claim.id} is of ${ownerId}.`,
  };
  await context.db.transaction().execute(async (tx) => {
    const isJoined = await joinSubjects(context, tx, joining);
    if (isJoined && orphans.length > 0) await forgetOrphans(tx, toId, orphans);
  });
  context.wake('subjects');
  return true;
}
