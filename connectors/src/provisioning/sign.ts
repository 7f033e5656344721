import { createHmac } from 'node:crypto';

/** Standard Webhooks: what was sent, as what, and when, signed with a secret that only the two of us know. */
export function signWebhook(
  secret: string,
  webhook: { id: string; at: Date; body: Uint8Array },
): Record<string, string> {
  const timestamp = String(Math.floor(webhook.at.getTime() / 1000));
  const signature = createHmac('sha256', keyOf(secret))
    .update(`${webhook.id}.${timestamp}.`)
    .update(webhook.body)
    .digest('base64');
  return { 'webhook-id': webhook.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

export function isSigningSecret(secret: string): boolean {
  const length = secret.startsWith('whsec_') ? keyOf(secret).byteLength : 0;
  return length >= 24 && length <= 64;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice('whsec_'.length), 'base64');
}
