import type { Context } from 'hono';
import * as z from 'zod';
import { StripeError } from './api/errors.ts';

/** What the controls were sent, or words that say what is wrong with it. */
export async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await context.req.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StripeError(400, 'invalid_request_error', `${context.req.path} takes a JSON body, and this is not JSON.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = z.prettifyError(parsed.error);
  throw new StripeError(400, 'invalid_request_error', `The body of ${context.req.path} is not right:\n${problems}`);
}
