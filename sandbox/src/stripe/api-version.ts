import type Stripe from 'stripe';

/** The version whose shapes the stand-in speaks: the one the pinned SDK declares, which the type holds it to. */
export const apiVersion: typeof Stripe.API_VERSION = '2026-10-28.endive';
