import * as z from 'zod';

/** What may be made to go wrong, on purpose. */
export const faultsSchema = z.strictObject({
  deliver: z
    .strictObject({
      times: z.int().min(1).max(100).optional(),
      shuffle: z.boolean().optional(),
      delayMs: z.int().min(0).max(600_000).optional(),
      drop: z.array(z.string()).optional(),
      hold: z.boolean().optional(),
    })
    .optional(),
  api: z
    .strictObject({
      status: z.int().min(400).max(599).optional(),
      latencyMs: z.int().min(0).max(120_000).optional(),
    })
    .optional(),
});

export type Faults = z.output<typeof faultsSchema>;
