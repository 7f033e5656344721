import type { Connection, Delivered, Payloads, Result, SendContext } from '@onpaid/engine';
import { z } from 'zod';
import { accountIdIn, createProvisioningClient, type ProvisioningClient } from './client.ts';
import { accountUpdated, webhookId } from './map.ts';
import { isSigningSecret } from './sign.ts';

export const provisioningSettings = z.object({
  url: z.url(),
  secret: z.string().refine(isSigningSecret, 'must be whsec_ followed by 24 to 64 bytes in base64'),
});

/** The founder's own app: one signed call makes the account, and each change of access is told the same way. */
export function connectProvisioning(settings: z.input<typeof provisioningSettings>): Connection {
  const client = createProvisioningClient(provisioningSettings.parse(settings));
  return {
    slot: 'app',
    vendor: 'provisioning',
    label: 'Your app',
    ratePerSecond: 20,
    handlers: {
      'app.account': {
        shape: 'state',
        guarantee: { kind: 'exactly_once' },
        apply: (desired, context) => applyAccount(client, desired, context),
      },
    },
    probe: (signal) => probe(client, signal),
  };
}

async function applyAccount(
  client: ProvisioningClient,
  desired: Payloads['app.account'],
  { idempotencyKey, version, remoteId, signal }: SendContext,
): Promise<Result<Delivered>> {
  const what = desired.access ? 'give the account access' : 'take access from the account';
  const sent = await client.post(what, webhookId(idempotencyKey, version), accountUpdated(desired, version), signal);
  if (!sent.ok) return sent;
  const answer = accountIdIn(sent.value);
  if (answer.kind === 'page') {
    const reason =
      'Your app answered the provisioning call with a page of HTML, so no account was made. Check that PROVISION_URL is the endpoint itself, and that no sign-in stands before it.';
    return { ok: false, failure: { kind: 'invalid', cause: 'not_an_endpoint', reason, status: sent.value.status } };
  }
  return {
    ok: true,
    value: {
      remoteId: answer.id ?? remoteId,
      status: sent.value.status,
      vendorRequestId: sent.value.headers['x-request-id'] ?? null,
    },
  };
}

/** A signed call about nobody. An app may refuse a type it does not know, but only after it accepted the signature. */
async function probe(client: ProvisioningClient, signal: AbortSignal): Promise<Result<{ account: string | null }>> {
  const sent = await client.post('answer a test call', `probe-${Date.now()}`, { type: 'ping', data: {} }, signal);
  const isUnknownType = !sent.ok && (sent.failure.status === 400 || sent.failure.status === 422);
  if (sent.ok || isUnknownType) return { ok: true, value: { account: null } };
  return sent;
}
