import type * as z from 'zod';
import type { Operation } from '../operation.ts';
import { parseParams } from './params.ts';

export type Method = 'get' | 'post' | 'delete';

export type Route = {
  method: Method;
  path: string;
  answer: (operation: Operation, raw: unknown, id: string) => object;
};

/** A route of Stripe's API: its parameters are parsed before `run` sees them; `id` is the `:id` of the path. */
export function route<Schema extends z.ZodType>(
  method: Method,
  path: string,
  params: Schema,
  run: (operation: Operation, params: z.output<Schema>, id: string) => object,
): Route {
  return { method, path, answer: (operation, raw, id) => run(operation, parseParams(params, raw), id) };
}
