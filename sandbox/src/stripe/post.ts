import { signatureHeader } from './sign.ts';
import type { Attempt } from './state.ts';

const excerptLength = 500;

/** One attempt to hand over a body, and what came of it. */
export async function post(
  url: string,
  body: string,
  options: { secrets: readonly string[]; at: Date; timeoutMs: number; stop: AbortSignal },
): Promise<Attempt> {
  const started = performance.now();
  const outcome = { at: new Date().toISOString(), status: null, body: '', error: null };
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([options.stop, AbortSignal.timeout(options.timeoutMs)]),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureHeader(body, options.secrets, options.at),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        accept: '*/*; q=0.5, application/xml',
      },
      body,
    });
    const excerpt = (await response.text()).slice(0, excerptLength);
    return { ...outcome, status: response.status, body: excerpt, durationMs: elapsed(started) };
  } catch (error) {
    return { ...outcome, error: reason(error), durationMs: elapsed(started) };
  }
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}

/** fetch hides what happened in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
