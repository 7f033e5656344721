import { z } from 'zod';
import { recordInvalid } from './refusal.ts';

export const userSchema = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string().nullable(),
  external_id: z.string().nullable(),
  role: z.enum(['end-user', 'agent', 'admin']),
  user_fields: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  created_at: z.string(),
  updated_at: z.string(),
});
export type User = z.infer<typeof userSchema>;

export const userInputSchema = z.object({
  name: z.string().optional(),
  email: z.email().optional(),
  external_id: z.string().optional(),
  skip_verify_email: z.boolean().optional(),
  user_fields: z.record(z.string(), z.unknown()).optional(),
  tags: z.array(z.string()).optional(),
});
export type UserInput = z.infer<typeof userInputSchema>;

export type UserBook = { nextUserId: number; users: User[] };

/** Zendesk matches the external id without regard to case, or the e-mail; both on different users is refused. */
export function createOrUpdateUser(
  book: UserBook,
  input: UserInput,
  at: string,
): { user: User; isNew: boolean; changed: boolean } {
  const email = input.email?.toLowerCase();
  const byExternalId = input.external_id ? findByExternalId(book, input.external_id) : undefined;
  const byEmail = email ? book.users.find((user) => user.email === email) : undefined;
  if (byExternalId && byEmail && byExternalId !== byEmail) {
    throw recordInvalid('email', 'DuplicateValue', `Email: ${email} is already being used by another user`);
  }
  const values = {
    ...(input.name !== undefined && { name: input.name }),
    ...(email !== undefined && { email }),
    ...(input.external_id !== undefined && { external_id: input.external_id }),
    ...(input.tags !== undefined && { tags: input.tags }),
  };

  const existing = byExternalId ?? byEmail;
  if (existing) {
    const before = JSON.stringify(existing);
    Object.assign(existing, values, { user_fields: { ...existing.user_fields, ...input.user_fields } });
    const changed = JSON.stringify(existing) !== before;
    if (changed) existing.updated_at = at;
    return { user: existing, isNew: false, changed };
  }
  if (!input.name?.trim()) throw recordInvalid('name', 'BlankValue', 'Name: cannot be blank');
  const user: User = {
    id: book.nextUserId++,
    name: input.name,
    email: null,
    external_id: null,
    role: 'end-user',
    user_fields: input.user_fields ?? {},
    tags: [],
    created_at: at,
    updated_at: at,
    ...values,
  };
  book.users.push(user);
  return { user, isNew: true, changed: true };
}

export function findByExternalId(book: UserBook, externalId: string): User | undefined {
  return book.users.find((user) => user.external_id?.toLowerCase() === externalId.toLowerCase());
}
