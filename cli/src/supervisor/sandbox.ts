import { z } from 'zod';
import { type SandboxAddresses, sandboxAddressesSchema } from '../commands/sandbox.ts';
import { choosePort } from './ports.ts';
import type { LocalSecrets } from './secrets.ts';
import type { Supervisor } from './supervisor.ts';

const ZENDESK_EMAIL = 'agent@northwind.example';

/** The variables a founder would set for real vendors, pointing at the stand-ins. */
export function sandboxVariables(secrets: LocalSecrets): Record<string, string> {
  return {
    ONPAID_MODE: 'sandbox',
    STRIPE_SECRET_KEY: secrets.stripeKey,
    STRIPE_WEBHOOK_SECRET: secrets.webhook,
    HUBSPOT_TOKEN: secrets.hubspot,
    ZENDESK_EMAIL,
    ZENDESK_TOKEN: secrets.zendesk,
    PROVISION_SECRET: secrets.provisioning,
    MAIL_FROM: 'Northwind Notes <hello@northwind.example>',
  };
}

export function sandboxAddressVariables(addresses: SandboxAddresses): Record<string, string> {
  const base = z
    .object({ hubspot: z.string(), zendesk: z.string(), slack: z.string(), app: z.string(), smtp: z.string() })
    .parse(addresses.baseUrls);
  return {
    STRIPE_API_BASE: addresses.stripe,
    HUBSPOT_API_BASE: base.hubspot,
    ZENDESK_API_BASE: base.zendesk,
    SLACK_WEBHOOK_URL: base.slack,
    PROVISION_URL: base.app,
    SMTP_URL: base.smtp,
  };
}

/** The stand-ins, in a process of their own, on ports that are free. */
export async function startSandbox(
  supervisor: Supervisor,
  options: { program: string; cwd: string; dataFolder: string; env: Record<string, string | undefined> },
): Promise<SandboxAddresses> {
  const child = await supervisor.program({
    role: 'sandbox',
    args: [options.program, 'sandbox'],
    cwd: options.cwd,
    env: {
      ...options.env,
      SANDBOX_DATA: options.dataFolder,
      SANDBOX_STRIPE_PORT: String(await choosePort(4242)),
      SANDBOX_VENDORS_PORT: String(await choosePort(4243)),
      SANDBOX_SMTP_PORT: String(await choosePort(4244)),
    },
  });
  return sandboxAddressesSchema.parse(await child.ready);
}

/** Tells Stripe's stand-in where to deliver, with the secret our app verifies. */
export async function registerEndpoint(stripeBase: string, endpoint: { url: string; secret: string }): Promise<void> {
  const response = await fetch(`${stripeBase}/_control/endpoints`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(endpoint),
  });
  if (!response.ok)
    throw new Error(
      `Registering the webhook endpoint at the sandbox was answered ${response.status}: ${await response.text()}`,
    );
}
