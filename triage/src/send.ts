import type { Send } from './check.ts';

const TIMEOUT_MS = 20_000;
const MAX_BODY = 4_000;

/** The one client that reaches the target: paced by its caller, honest about who asks. */
export const send: Send = async ({ method, url, headers = {}, body }) => {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'user-agent': 'onpaid-triage/0.1 (+a check of your own webhook)', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return {
      kind: 'answered',
      status: response.status,
      location: response.headers.get('location'),
      contentType: response.headers.get('content-type') ?? '',
      body: (await response.text()).slice(0, MAX_BODY),
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    return {
      kind: 'unreachable',
      reason: timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : 'the connection failed',
    };
  }
};
