import type { Result } from '@onpaid/engine';
import { z } from 'zod';
import type { Reply } from '../failure.ts';
import { createHttpClient } from '../http.ts';
import { signWebhook } from './sign.ts';

export type ProvisioningClient = ReturnType<typeof createProvisioningClient>;

/** Signed calls to one address in the founder's app. */
export function createProvisioningClient({ url, secret }: { url: string; secret: string }) {
  const http = createHttpClient({
    label: 'Your app',
    baseUrl: url,
    secrets: [secret, url],
    // The timestamp is that of the attempt, so the signature is made anew for each.
    credentials: (body, { headers }) =>
      signWebhook(secret, { id: headers?.['webhook-id'] ?? '', at: new Date(), body: body ?? new Uint8Array() }),
    refusal: (reply) => {
      if (reply.status !== 404 && reply.status !== 405) return null;
      const reason = `Your app answered ${reply.status}: nothing receives provisioning calls at PROVISION_URL. Check the path, and that it takes POST.`;
      return { kind: 'invalid', reason, cause: 'endpoint_not_found', status: reply.status };
    },
  });
  return {
    post: (what: string, id: string, payload: unknown, signal: AbortSignal): Promise<Result<Reply>> =>
      http.send(
        {
          what,
          method: 'POST',
          path: '',
          headers: { 'content-type': 'application/json', 'webhook-id': id },
          body: Buffer.from(JSON.stringify(payload)),
          repeatable: true,
        },
        signal,
      ),
  };
}

const answerSchema = z.object({ accountId: z.union([z.string(), z.number()]).transform(String) });

/** The account's id when the app tells one. A plain "ok" will do; a page of HTML means that something else answered. */
export function accountIdIn(reply: Reply): { kind: 'account'; id: string | null } | { kind: 'page' } {
  if (/^\s*</.test(reply.text)) return { kind: 'page' };
  try {
    const parsed = answerSchema.safeParse(JSON.parse(reply.text));
    return { kind: 'account', id: parsed.success ? parsed.data.accountId : null };
  } catch {
    return { kind: 'account', id: null };
  }
}
