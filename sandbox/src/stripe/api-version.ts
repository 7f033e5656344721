import type Stripe from 'stripe';

/** The version whose shapes the stand-in speaks: the one the pinned SDK declares, which the type holds it to. */
export const apiVersion: typeof Stripe.API_VERSION = '2026-10-28.endive';

/** The versions an event can be delivered in, oldest first. What is older than 2022-11-15 is not told of truthfully here. */
export const apiVersions = [
  '2022-11-15',
  '2023-08-16',
  '2023-10-16',
  '2024-04-10',
  '2024-06-20',
  '2024-09-30.acacia',
  '2024-10-28.acacia',
  '2024-11-20.acacia',
  '2024-12-18.acacia',
  '2025-01-27.acacia',
  '2025-02-24.acacia',
  '2025-03-31.basil',
  '2025-04-30.basil',
  '2025-05-28.basil',
  '2025-06-30.basil',
  '2025-07-30.basil',
  '2025-08-27.basil',
  '2025-09-30.clover',
  '2025-10-29.clover',
  '2025-11-17.clover',
  '2025-12-15.clover',
  '2026-01-28.clover',
  '2026-02-25.clover',
  '2026-03-25.dahlia',
  '2026-04-22.dahlia',
  '2026-05-27.dahlia',
  '2026-06-24.dahlia',
  '2026-07-29.dahlia',
  '2026-08-26.dahlia',
  '2026-09-30.endive',
  apiVersion,
] as const satisfies Stripe.WebhookEndpointCreateParams.ApiVersion[];

export type ApiVersion = (typeof apiVersions)[number];

/** Versions are compared by their date; the name after it is the release's. */
export function isBefore(version: string, other: ApiVersion): boolean {
  return version.slice(0, 10) < other.slice(0, 10);
}
