import { z } from 'zod';
import { badInput } from './refusal.ts';

export function parseBody<T>(text: string, schema: z.ZodType<T>): T {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badInput('Unparsable JSON in request body');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error));
  return parsed.data;
}
