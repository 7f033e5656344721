import { z } from 'zod';

/** What Stripe's objects are made of, in every API version we understand. */

export const second = z.number().transform((seconds) => new Date(seconds * 1_000));
export const maybeSecond = z
  .number()
  .nullish()
  .transform((seconds) => (seconds == null ? null : new Date(seconds * 1_000)));
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
/** An id, or the object itself where it was expanded. */
export const reference = z
  .union([z.string(), z.object({ id: z.string() })])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value : (value?.id ?? null)));
export const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
export const interval = z.enum(['day', 'week', 'month', 'year']);

/** A list that is only there when it was asked for, or in older versions. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .object({ data: z.array(item) })
    .nullish()
    .transform((list) => list?.data ?? []);
}
