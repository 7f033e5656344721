import * as z from 'zod';
import { accountId } from '../api/permissions.ts';
import { route } from '../api/route.ts';

/** Whose key it is. There is one account, and it is the same after every restart. */
export const accountRoutes = [
  route('get', '/v1/account', z.strictObject({}), () => ({
    id: accountId,
    object: 'account',
    business_profile: { name: 'Onpaid sandbox' },
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: 'sandbox@example.com',
    metadata: {},
    payouts_enabled: true,
    settings: { dashboard: { display_name: 'Onpaid sandbox', timezone: 'Etc/UTC' } },
    type: 'standard',
  })),
];
