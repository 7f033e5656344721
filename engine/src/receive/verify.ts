import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_PAST_SECONDS = 300;
/** Only as much as clocks differ; Stripe's own library has no bound here. */
const TOLERANCE_FUTURE_SECONDS = 60;
/** Stripe sends one `v1` per active secret; far more than that is somebody trying things. */
const MAX_HEADER_LENGTH = 2_048;

export type Verification =
  | { verified: true }
  | { verified: false; reason: 'missing' | 'malformed' | 'mismatch' | 'expired' | 'in_future' };

/**
 * Whether Stripe signed exactly these bytes, just now: every active secret against every `v1`, in constant time, so that a
 * secret being rolled keeps working. The clock is asked last, so that `expired` is only ever said of a genuine signature.
 */
export function verifySignature(
  body: Uint8Array,
  header: string | null,
  secrets: readonly string[],
  now: Date,
): Verification {
  if (header === null || header.trim() === '') return { verified: false, reason: 'missing' };
  const signature = parseHeader(header);
  if (signature === null) return { verified: false, reason: 'malformed' };

  let matches = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(`${signature.timestamp}.`).update(body).digest();
    for (const candidate of signature.candidates) matches = timingSafeEqual(expected, candidate) || matches;
  }
  if (!matches) return { verified: false, reason: 'mismatch' };

  const ageSeconds = now.getTime() / 1_000 - Number(signature.timestamp);
  if (ageSeconds > TOLERANCE_PAST_SECONDS) return { verified: false, reason: 'expired' };
  if (ageSeconds < -TOLERANCE_FUTURE_SECONDS) return { verified: false, reason: 'in_future' };
  return { verified: true };
}

/** `t=1762077600,v1=5257…,v1=…,v0=…`: one time, at least one `v1`; other schemes are passed over. */
function parseHeader(header: string): { timestamp: string; candidates: Buffer[] } | null {
  if (header.length > MAX_HEADER_LENGTH) return null;
  let timestamp: string | null = null;
  const candidates: Buffer[] = [];
  for (const part of header.split(',')) {
    const [, scheme, value] = /^\s*([a-z0-9]+)=([0-9a-f]+)\s*$/i.exec(part) ?? [];
    if (scheme === 't') {
      if (timestamp !== null || !/^\d{1,12}$/.test(value ?? '')) return null;
      timestamp = value ?? null;
    } else if (scheme === 'v1' && value?.length === 64) {
      candidates.push(Buffer.from(value, 'hex'));
    }
  }
  return timestamp !== null && candidates.length > 0 ? { timestamp, candidates } : null;
}

const PLACEHOLDER = /^whsec_(\.+|x+|your.*|test|secret|changeme.*|placeholder.*|todo.*|<.*>)$/i;

/** An HMAC accepts any key, an empty one too: everybody could sign with that. */
export function isWebhookSecret(secret: string): boolean {
  return secret.startsWith('whsec_') && secret.length >= 16 && secret.trim() === secret && !PLACEHOLDER.test(secret);
}
