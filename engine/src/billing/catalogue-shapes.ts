import { z } from 'zod';
import { interval, reference, second, text } from './shape-parts.ts';
import type { Entitlements, Price, Product } from './state.ts';

/** What is sold, and what Stripe itself says it entitles to. */

export const product = z
  .object({ id: z.string(), name: z.string(), active: z.boolean(), created: second })
  .transform(
    (raw): Product => ({ kind: 'product', id: raw.id, name: raw.name, active: raw.active, createdAt: raw.created }),
  );

export const price = z
  .object({
    id: z.string(),
    product: reference.pipe(z.string()),
    lookup_key: text,
    active: z.boolean(),
    unit_amount: z.number().int().nullish(),
    currency: z.string(),
    recurring: z.object({ interval }).nullish(),
    created: second,
  })
  .transform(
    (raw): Price => ({
      kind: 'price',
      id: raw.id,
      productId: raw.product,
      lookupKey: raw.lookup_key,
      active: raw.active,
      unitAmount: raw.unit_amount ?? null,
      currency: raw.currency,
      interval: raw.recurring?.interval ?? null,
      createdAt: raw.created,
    }),
  );

/** Stripe gives the summary no id; there is one for each customer. */
export function entitlementsIdOf(customerId: string): string {
  return `entitlements_${customerId}`;
}

export const entitlements = z
  .object({
    customer: reference.pipe(z.string()),
    entitlements: z.object({ data: z.array(z.object({ lookup_key: z.string() })) }),
  })
  .transform(
    (raw): Entitlements => ({
      kind: 'entitlements',
      id: entitlementsIdOf(raw.customer),
      customerId: raw.customer,
      lookupKeys: raw.entitlements.data.map((it) => it.lookup_key).sort(),
    }),
  );
