import { startStripeStandIn, startVendorStandIns } from '@onpaid/sandbox';
import { z } from 'zod';

/** What the supervisor hands the sandbox process through its environment. */
const settingsSchema = z.object({
  SANDBOX_DATA: z.string(),
  SANDBOX_STRIPE_PORT: z.coerce.number().int(),
  SANDBOX_VENDORS_PORT: z.coerce.number().int(),
  SANDBOX_SMTP_PORT: z.coerce.number().int(),
  STRIPE_SECRET_KEY: z.string(),
  HUBSPOT_TOKEN: z.string(),
  ZENDESK_EMAIL: z.string(),
  ZENDESK_TOKEN: z.string(),
  PROVISION_SECRET: z.string(),
});

/** Where the stand-ins are, as the first message to the supervisor. */
export const sandboxAddressesSchema = z.object({
  stripe: z.string(),
  baseUrls: z.record(z.string(), z.string()),
  inboxUrls: z.record(z.string(), z.string()),
  vendors: z.string(),
});
export type SandboxAddresses = z.infer<typeof sandboxAddressesSchema>;

/** The stand-ins of Stripe and the vendors, on the loopback only. */
export async function runSandbox(env: Record<string, string | undefined>): Promise<void> {
  const settings = settingsSchema.parse(env);
  const stripe = await startStripeStandIn({
    port: settings.SANDBOX_STRIPE_PORT,
    dataDir: settings.SANDBOX_DATA,
    secretKey: settings.STRIPE_SECRET_KEY,
  });
  const vendors = await startVendorStandIns({
    port: settings.SANDBOX_VENDORS_PORT,
    smtpPort: settings.SANDBOX_SMTP_PORT,
    dataDir: settings.SANDBOX_DATA,
    credentials: {
      hubspotToken: settings.HUBSPOT_TOKEN,
      zendeskEmail: settings.ZENDESK_EMAIL,
      zendeskToken: settings.ZENDESK_TOKEN,
      provisioningSecret: settings.PROVISION_SECRET,
    },
  });
  const addresses: SandboxAddresses = {
    stripe: stripe.baseUrl,
    baseUrls: vendors.baseUrls,
    inboxUrls: vendors.inboxUrls,
    vendors: new URL(vendors.inboxUrls.hubspot).origin,
  };
  process.send?.(addresses);
  const stop = async () => {
    await Promise.all([stripe.close(), vendors.close()]);
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
