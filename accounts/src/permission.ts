/** Who may do what: one table, asked by every page and every action on the server. */

export const roles = ['owner', 'admin', 'support', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** A signed-in person. Customers have no role: what is theirs is theirs by identity, not by permission. */
export interface Actor {
  id: string;
  email: string;
  emailVerified: boolean;
  role: Role | null;
}

// An action is added together with the first page that asks for it.
const allowed = {
  'operations.view': ['owner', 'admin', 'support', 'viewer'],
  'effect.retry': ['owner', 'admin', 'support'],
  'effect.discard': ['owner', 'admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof allowed;
export const actions = Object.keys(allowed) as Action[];

export function can(actor: Actor | null, action: Action): boolean {
  if (actor === null || actor.role === null || !actor.emailVerified) return false;
  return (allowed[action] as readonly Role[]).includes(actor.role);
}
