import { userInfo } from 'node:os';
import {
  type CustomerView,
  contactsMerged,
  createLogger,
  createWaker,
  type DuplicateGroup,
  findDuplicates,
  getCustomer,
  type Likeness,
  mergeCustomers,
  type OpenDatabase,
  policyOf,
  splitCustomer,
} from '@onpaid/engine';
import { openInstallation } from '../installation.ts';
import { installationConnections, loadConfig } from '../program.ts';

type Variables = Record<string, string | undefined>;

const BUSY = 'Somebody else was merging or splitting one of the two at this moment; nothing was changed. Try it again.';

/** Customers that look like one buyer, by address, with the reasons. */
export async function runCustomersDuplicates(
  env: Variables,
  options: { limit: number; after?: string; json: boolean },
): Promise<void> {
  const { db, close } = await openInstallation(env);
  try {
    const { groups, next } = await findDuplicates(db, options);
    if (options.json) {
      console.log(JSON.stringify({ groups, next }, null, 2));
      return;
    }
    if (groups.length === 0) console.log('No two customers look like one buyer.');
    for (const group of groups) printGroup(group);
    if (next !== null) console.log(`\nThere are more: --after ${next}`);
  } finally {
    await close();
  }
}

/** Exits 1 with what to do when the two cannot be merged. */
export async function runCustomersMerge(
  env: Variables,
  keep: string,
  merge: string,
  { reason }: { reason: string },
): Promise<void> {
  const open = await openInstallation(env);
  try {
    const kept = await customerNamed(open, keep);
    const merged = await customerNamed(open, merge);
    if (kept === null || merged === null) return;
    const merging = { keep: kept.id, merge: merged.id, by: operator(), reason };
    const done = await mergeCustomers(await contextOf(env, open), merging);
    switch (done.result) {
      case 'merged':
        console.log(`${nameOf(merged)} is now part of ${nameOf(kept)}. To undo it: ${undoOf(merged)}`);
        return;
      case 'already_merged':
        console.log(`${nameOf(merged)} is part of ${nameOf(kept)} already; nothing was changed.`);
        return;
      case 'same':
        fail(`"${keep}" and "${merge}" are one customer already, ${nameOf(kept)}; nothing was changed.`);
        return;
      case 'not_found':
        fail(
          `Customer ${done.id} is not there any more: somebody merged or split it meanwhile. Look again with "onpaid customers show".`,
        );
        return;
      case 'busy':
        fail(BUSY);
        return;
      default:
        done satisfies never;
    }
  } finally {
    await open.close();
  }
}

/** Exits 1 when this customer is not merged into another. */
export async function runCustomersSplit(env: Variables, id: string, { reason }: { reason: string }): Promise<void> {
  const open = await openInstallation(env);
  try {
    const context = { ...(await contextOf(env, open)), policy: policyOf(await loadConfig()) };
    const done = await splitCustomer(context, { stripeCustomerId: id, by: operator(), reason });
    switch (done.result) {
      case 'split':
        console.log(
          `${id} is a customer of its own again, ${done.customerId}; the other one is ${done.keptCustomerId}.`,
        );
        return;
      case 'already_split':
        console.log(`${id} was split off before; nothing was changed.`);
        return;
      case 'never_merged':
        fail(
          `${id} was never merged into another customer, so there is nothing to undo. "onpaid customers show <id>" lists what a customer is at Stripe; name one that is not the main one.`,
        );
        return;
      case 'busy':
        fail(BUSY);
        return;
      default:
        done satisfies never;
    }
  } finally {
    await open.close();
  }
}

export async function runContactsMerged(env: Variables, id: string): Promise<void> {
  const open = await openInstallation(env);
  try {
    const customer = await customerNamed(open, id);
    if (customer === null) return;
    const count = await contactsMerged(await contextOf(env, open), customer.id);
    if (count === 0) fail(`Nothing was merged into ${nameOf(customer)}, so no contacts wait to be merged.`);
    else console.log(`Noted: the CRM has one contact of ${nameOf(customer)} now.`);
  } finally {
    await open.close();
  }
}

async function contextOf(env: Variables, { db, pool }: OpenDatabase) {
  const connections = await installationConnections(env);
  return {
    db,
    now: () => new Date(),
    wake: createWaker(pool, createLogger('cli')),
    connections: Object.fromEntries(connections.map((connection) => [connection.slot, connection])),
  };
}

/** By id alone: an address may be that of several, and this is about which. */
async function customerNamed({ db }: OpenDatabase, id: string): Promise<CustomerView | null> {
  if (id.includes('@')) {
    fail(
      `"${id}" is an address, and several customers may have it. Name them by id: "onpaid customers duplicates" lists both.`,
    );
    return null;
  }
  const customer = await getCustomer(db, id);
  if (customer === null)
    fail(
      `There is no customer "${id}". Name it by our id (cust_…) or the Stripe customer id (cus_…), as "onpaid customers duplicates" prints them.`,
    );
  return customer;
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

function operator(): string {
  return `${userInfo().username} at the command line`;
}

function nameOf({ id, name, email }: CustomerView): string {
  const called = name ?? email;
  return called === null ? id : `${called} (${id})`;
}

function undoOf({ subjectId }: CustomerView): string {
  return `onpaid customers split ${subjectId} --reason "…"`;
}

const likenesses: Record<Likeness, string> = {
  same_verified_address: 'the same verified address',
  same_unverified_address: 'the same address, not verified by all',
  plus_tag: 'addresses that differ by a plus tag only',
};

function printGroup({ address, likenesses: found, partedBefore, customers }: DuplicateGroup): void {
  const parted = partedBefore ? '; somebody has split some of them before' : '';
  console.log(`\n${address}: ${found.map((likeness) => likenesses[likeness]).join(', ')}${parted}`);
  for (const { id, stripeCustomerId, name, email, billing, createdAt } of customers) {
    const since = createdAt.toISOString().slice(0, 10);
    console.log(`  ${id}  ${stripeCustomerId ?? 'guest'}  ${name ?? ''} <${email}>  ${billing}  since ${since}`);
  }
}
