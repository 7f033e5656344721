import type { Failure, Result, StoredRequest } from '@onpaid/engine';
import type { Reply } from '../failure.ts';
import { unreadable } from '../failure.ts';
import { type Call, createHttpClient } from '../http.ts';

const label = 'Slack';

export type SlackClient = ReturnType<typeof createSlackClient>;

/** One incoming webhook. Its whole address is the credential, so it is never part of a stored request. */
export function createSlackClient({ webhookUrl }: { webhookUrl: string }) {
  const { pathname } = new URL(webhookUrl);
  const http = createHttpClient({
    label,
    baseUrl: webhookUrl,
    secrets: [webhookUrl, pathname, ...pathname.split('/').filter((part) => part.length >= 8)],
    credentials: () => ({}),
    refusal: slackRefusal,
  });
  const post = (what: string, body: Uint8Array, signal: AbortSignal, headers: Record<string, string>) => {
    const call: Call = { what, method: 'POST', path: '', headers, body, repeatable: false };
    return http.send(call, signal);
  };

  return {
    post: async (request: StoredRequest, signal: AbortSignal): Promise<Result<Reply>> => {
      const what = 'post the message';
      const sent = await post(what, Buffer.from(request.bodyBase64 ?? '', 'base64'), signal, request.headers);
      if (!sent.ok || sent.value.text.trim() === 'ok') return sent;
      return { ok: false, failure: unreadable(sent.value, { label, what, repeatable: false }) };
    },
    /** An empty message is refused by a webhook that works, and posts nothing. */
    probe: async (signal: AbortSignal): Promise<Result<{ account: string | null }>> => {
      const headers = { 'content-type': 'application/json' };
      const sent = await post('refuse an empty message', Buffer.from('{}'), signal, headers);
      if (sent.ok || sent.failure.status === 400) return { ok: true, value: { account: null } };
      return sent;
    },
  };
}

const webhookIsGone = new Set(['no_service', 'no_active_hooks', 'no_team', 'team_disabled', 'channel_not_found']);

/** Slack says why in one plain word. */
export function slackRefusal({ status, text }: Reply): Failure | null {
  const word = /^[a-z_]{3,60}$/.exec(text.trim())?.[0] ?? '';
  if (status === 410 || (status === 404 && (word === '' || webhookIsGone.has(word)))) {
    const reason = `Slack answered ${status} (${word || 'no reason given'}): this webhook or its channel no longer exists. Make a new incoming webhook and set SLACK_WEBHOOK_URL.`;
    return { kind: 'gone', reason, status };
  }
  if (status === 403) {
    const reason = `Slack answered 403 (${word || 'no reason given'}): this webhook may not post here. Ask a workspace administrator, or make a new one.`;
    return { kind: 'auth', reason, status };
  }
  if (status === 400) {
    return {
      kind: 'invalid',
      reason: `Slack refused the message (${word || 'no reason given'}).`,
      cause: word || 'http_400',
      status,
    };
  }
  return null;
}
