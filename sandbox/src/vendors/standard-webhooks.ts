import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;

export type Verdict = 'genuine' | 'missing_headers' | 'stale' | 'wrong_signature';

/** Judges a call signed by the Standard Webhooks rules: `id.timestamp.body`, HMAC-SHA256, any `v1` of the header fits. */
export function verifyStandardWebhook({
  headers,
  body,
  secret,
  now,
}: {
  headers: Headers;
  body: string;
  secret: string;
  now: Date;
}): Verdict {
  const id = headers.get('webhook-id');
  const timestamp = headers.get('webhook-timestamp');
  const signatures = headers.get('webhook-signature');
  if (!id || !timestamp || !signatures) return 'missing_headers';
  const ageSeconds = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!(ageSeconds <= toleranceSeconds)) return 'stale';

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const fits = signatures.split(' ').some((each) => {
    const [version, signature = ''] = each.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return fits ? 'genuine' : 'wrong_signature';
}
