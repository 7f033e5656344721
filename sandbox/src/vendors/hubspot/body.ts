import type { Context } from 'hono';
import { z } from 'zod';
import type { VendorEnv } from '../vendor.ts';
import { badInput } from './refusal.ts';

export async function readBody<T>(c: Context<VendorEnv>, schema: z.ZodType<T>): Promise<T> {
  const body = await c.req.json().catch(() => {
    throw badInput('the body is not JSON');
  });
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error));
  return parsed.data;
}
