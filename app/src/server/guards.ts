import 'server-only';
import { type Action, type Actor, can } from '@onpaid/accounts';
import { headers } from 'next/headers';
import { forbidden, redirect } from 'next/navigation';
import { cache } from 'react';
import { services } from './services';

/** Who is asking; read once per request. */
export const currentActor = cache(async (): Promise<Actor | null> => services().accounts.actorOf(await headers()));

/** For pages and actions of the portal: sends whoever is not signed in to the sign-in page, and back to `returnTo` after. */
export async function requireSignIn(returnTo: string): Promise<Actor> {
  const actor = await currentActor();
  if (actor === null || !actor.emailVerified) redirect(`/sign-in?${new URLSearchParams({ to: returnTo })}`);
  return actor;
}

/** For every page and every action of operations. Being signed in is not enough: the table in accounts decides. */
export async function requirePermission(action: Action, returnTo = '/ops'): Promise<Actor> {
  const actor = await requireSignIn(returnTo);
  if (!can(actor, action)) forbidden();
  return actor;
}
