import * as z from 'zod';
import { apiVersions } from './api-version.ts';

const milliseconds = z.int().min(0).max(600_000);

/** What may be made to go wrong, on purpose. */
export const faultsSchema = z.strictObject({
  /** Makes every throw of the dice repeatable. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .optional(),
  deliver: z
    .strictObject({
      /** How many copies of each event go out. */
      times: z.int().min(1).max(100).optional(),
      shuffle: z.boolean().optional(),
      delayMs: milliseconds.optional(),
      /** Each copy waits by chance, up to this long, so that copies overtake one another. */
      reorderWindowMs: milliseconds.optional(),
      /** Events of these types never arrive. */
      drop: z.array(z.string()).optional(),
      /** Every n-th event never arrives. */
      dropEvery: z.int().min(1).optional(),
      /** Nothing goes out until this is taken back. */
      hold: z.boolean().optional(),
      /** Nothing goes out before this moment, in Unix milliseconds; then all of it does. */
      outage: z.strictObject({ untilMs: z.int().min(0) }).optional(),
      /** How long the receiver has for its answer, before the attempt counts as failed. */
      answerTimeoutMs: z.int().min(1).max(60_000).optional(),
      /** Every event is stamped with the second of the first one. */
      equalSeconds: z.boolean().optional(),
      /** The shape of snapshot events, whatever the endpoint's own version is. */
      apiVersion: z.enum(apiVersions).optional(),
      /** Each event goes out twice: as a snapshot and thin, in either order. */
      twins: z.boolean().optional(),
      /** Each event goes out thin, and not as a snapshot. */
      thin: z.literal('only').optional(),
      /** After so many refusals (4xx) in a row, an endpoint is disabled. */
      disableAfter: z.int().min(1).optional(),
    })
    .optional(),
  events: z
    .strictObject({
      /** How long an event that happened is missing from lists. */
      lagMs: milliseconds.optional(),
    })
    .optional(),
  api: z
    .strictObject({
      /** Every call is answered so, before it is executed. */
      status: z.int().min(400).max(599).optional(),
      latencyMs: z.int().min(0).max(120_000).optional(),
      /** This share of calls ends in a 500 while executing; under an idempotency key, that answer is saved. */
      failRate: z.number().min(0).max(1).optional(),
      /** How many calls a second each endpoint of the API takes. */
      rate: z.strictObject({ perSecond: z.int().min(1).max(10_000) }).optional(),
    })
    .optional(),
});

export type Faults = z.output<typeof faultsSchema>;
