import type { Connection, MessageHandler } from '@onpaid/engine';
import { z } from 'zod';
import { createSlackClient, type SlackClient } from './client.ts';
import { type Message, messageBody, messages } from './map.ts';

export const slackSettings = z.object({ webhookUrl: z.url() });

/** Slack as the chat. It knows no key and cannot be read back, so an answer that was lost stays unknown. */
export function connectSlack(settings: z.input<typeof slackSettings>): Connection {
  const client = createSlackClient(slackSettings.parse(settings));
  return {
    slot: 'chat',
    vendor: 'slack',
    label: 'Slack',
    ratePerSecond: 1,
    handlers: {
      // News told twice misleads: a second sale that was none. A person decides.
      'chat.sale': message(client, messages['chat.sale'], 'park'),
      'chat.payment_failed': message(client, messages['chat.payment_failed'], 'park'),
      'chat.access_ended': message(client, messages['chat.access_ended'], 'park'),
      'chat.payment_action_required': message(client, messages['chat.payment_action_required'], 'park'),
      'chat.refunded': message(client, messages['chat.refunded'], 'park'),
      'chat.dispute_closed': message(client, messages['chat.dispute_closed'], 'park'),
      // An alarm that rings twice is better than one that never rang.
      'chat.dispute_opened': message(client, messages['chat.dispute_opened'], 'resend'),
      'chat.fraud_warning': message(client, messages['chat.fraud_warning'], 'resend'),
      'chat.issue_opened': message(client, messages['chat.issue_opened'], 'resend'),
      'chat.issue_resolved': message(client, messages['chat.issue_resolved'], 'resend'),
    },
    probe: client.probe,
  };
}

function message<P>(
  client: SlackClient,
  write: (payload: P) => Message,
  onUnknown: 'park' | 'resend',
): MessageHandler<P> {
  return {
    shape: 'message',
    guarantee: { kind: 'none', onUnknown },
    build: async (payload) => ({
      method: 'POST',
      path: '',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      bodyBase64: Buffer.from(JSON.stringify(messageBody(write(payload)))).toString('base64'),
    }),
    send: async (request, { signal }) => {
      const sent = await client.post(request, signal);
      if (!sent.ok) return sent;
      const vendorRequestId = sent.value.headers['x-slack-unique-id'] ?? null;
      return { ok: true, value: { remoteId: null, status: sent.value.status, vendorRequestId } };
    },
  };
}
