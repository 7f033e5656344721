import { createHash } from 'node:crypto';
import { z } from 'zod';
import { badInput, ZendeskRefusal } from './refusal.ts';

const windowMs = 2 * 60 * 60 * 1000;
const maxKeyLength = 255;

export const savedReplySchema = z.object({
  key: z.string(),
  bodySha256: z.string(),
  at: z.number(),
  reply: z.record(z.string(), z.unknown()),
});
export type SavedReply = z.infer<typeof savedReplySchema>;

/** The reply given for this key within the last two hours, if any; the same key with another body is refused. */
export function lookUp(saved: SavedReply[], key: string, body: string, at: number): SavedReply | undefined {
  if (key.length > maxKeyLength) throw badInput(`Idempotency-Key is longer than ${maxKeyLength} characters`);
  const found = saved.find((each) => each.key === key && at - each.at < windowMs);
  if (found && found.bodySha256 !== sha256(body)) {
    throw new ZendeskRefusal(400, 'IdempotentRequestError', "Request parameters don't match the given idempotency key");
  }
  return found;
}

/** Keeps the reply, and forgets those whose two hours are over. */
export function save(
  saved: SavedReply[],
  { key, body, at, reply }: { key: string; body: string; at: number; reply: Record<string, unknown> },
): SavedReply[] {
  const living = saved.filter((each) => at - each.at < windowMs && each.key !== key);
  return [...living, { key, bodySha256: sha256(body), at, reply }];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
