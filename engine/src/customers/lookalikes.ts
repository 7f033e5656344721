/** A customer as far as telling look-alikes apart needs it. */
export interface Lookalike {
  id: string;
  stripeCustomerId: string | null;
  name: string | null;
  email: string;
  emailNormalized: string;
  emailVerifiedAt: Date | null;
  billing: string;
  createdAt: Date;
}

/** Why customers look like one buyer, the strongest first. A plus tag is a hint only: at some providers it is another mailbox. */
export type Likeness = 'same_verified_address' | 'same_unverified_address' | 'plus_tag';

/** What speaks for one buyer among customers whose addresses differ by a plus tag at most. */
export function likenessesOf(customers: Lookalike[]): Likeness[] {
  const byAddress = [...Map.groupBy(customers, (it) => it.emailNormalized).values()];
  const shared = byAddress.filter((group) => group.length > 1);
  const isProven = (group: Lookalike[]) => group.every((it) => it.emailVerifiedAt !== null);
  const found: Likeness[] = [];
  if (shared.some(isProven)) found.push('same_verified_address');
  if (shared.some((group) => !isProven(group))) found.push('same_unverified_address');
  if (byAddress.length > 1) found.push('plus_tag');
  return found;
}
