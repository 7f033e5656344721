import * as z from 'zod';
import { invalid } from './errors.ts';

// Form bodies carry only text, lists and hashes of text: these say what the text means.
export const text = z.string();
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const wholeNumber = z
  .string()
  .regex(/^-?\d+$/, 'must be an integer')
  .transform(Number);
/** In Stripe's API an empty string unsets a field. */
export const clearable = z.string().transform((value) => (value === '' ? null : value));
export const metadata = z.union([z.literal('').transform(() => null), z.record(z.string(), z.string())]);
export const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/, 'must be a three-letter currency code')
  .transform((value) => value.toLowerCase());
export const webUrl = z.url({ protocol: /^https?$/ });

export const createdRange = z.union([
  wholeNumber.transform((at) => ({ gte: at, lte: at, gt: undefined, lt: undefined })),
  z.strictObject({
    gt: wholeNumber.optional(),
    gte: wholeNumber.optional(),
    lt: wholeNumber.optional(),
    lte: wholeNumber.optional(),
  }),
]);

export function isWithin(at: number, range: z.output<typeof createdRange> | undefined): boolean {
  if (!range) return true;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return at > gt && at >= gte && at < lt && at <= lte;
}

/** Keys merge, an empty value removes its key, an empty string removes them all. */
export function mergeMetadata(
  current: Record<string, string>,
  patch: Record<string, string> | null | undefined,
): Record<string, string> {
  if (patch === undefined) return current;
  if (patch === null) return {};
  return Object.fromEntries(Object.entries({ ...current, ...patch }).filter(([, value]) => value !== ''));
}

/** Only the fields that were given, for a change. */
export function given<T extends object>(fields: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

/** The parameters as the route wants them, or Stripe's 400 naming the first that is wrong. */
export function parseParams<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw invalid('The parameters could not be read.');
  if (issue.code === 'unrecognized_keys') {
    const param = paramName([...issue.path, issue.keys[0] ?? '']);
    // Honest about its limits: a parameter Stripe knows and the stand-in does not must not look as if it worked.
    throw invalid(`Received unknown parameter: ${param} (the sandbox does not support it)`, {
      code: 'parameter_unknown',
      param,
    });
  }
  const param = paramName(issue.path);
  if (valueAt(raw, issue.path) === undefined) {
    throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  throw invalid(`Invalid ${param}: ${issue.message}`, { param });
}

function paramName(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
