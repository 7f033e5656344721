import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { emptyNote, moment } from './inbox/parts.ts';
import type { HttpVendor, VendorEnv } from './vendor.ts';

export const slackWebhookPath = '/services/T000/B000/secret';
const maxBlocks = 50;

const stateSchema = z.object({ messages: z.array(z.object({ at: z.string(), text: z.string(), body: z.string() })) });

const messageSchema = z.looseObject({
  text: z.string().optional(),
  blocks: z.array(z.looseObject({ type: z.string() })).optional(),
  attachments: z.array(z.looseObject({})).optional(),
});

/** One Slack incoming webhook. It answers plain words, knows no idempotency key and posts whatever it is sent. */
export function createSlack({ now }: { now: () => Date }): HttpVendor {
  let state: z.infer<typeof stateSchema> = { messages: [] };

  const routes = new Hono<VendorEnv>();
  routes.post(slackWebhookPath, async (c) => {
    const body = await bodyOf(c.req.raw);
    const parsed = messageSchema.safeParse(parseJson(body));
    if (!parsed.success) return c.text('invalid_payload', 400);
    const { text, blocks, attachments } = parsed.data;
    if (!text && !blocks?.length && !attachments?.length) return c.text('no_text', 400);
    if (blocks && blocks.length > maxBlocks) return c.text('invalid_blocks', 400);

    const seen = state.messages.some((message) => message.body === body);
    state.messages.push({ at: now().toISOString(), text: text ?? wordsIn(blocks ?? attachments), body });
    c.set('duplicate', seen);
    c.set('note', seen ? 'posted the same message again' : 'posted');
    return c.text('ok');
  });
  routes.all(slackWebhookPath, (c) => c.text('invalid_payload', 400));
  routes.all('*', (c) => c.text('no_service', 404));

  return {
    name: 'slack',
    title: 'Slack',
    about: 'Messages posted to the channel.',
    records: () => state,
    restore: (records) => {
      state = stateSchema.parse(records);
    },
    reset: () => {
      state = { messages: [] };
    },
    inbox: () =>
      state.messages.length === 0
        ? emptyNote('No messages yet. A sale, a failure or a cancellation puts one here.')
        : html`<ul class="items">${state.messages
            .toReversed()
            .map(
              ({ at, text }) => html`<li><p class="muted">${moment(at)}</p><pre>${unescapeSlack(text)}</pre></li>`,
            )}</ul>`,
    routes,
    refuse: (status, retryAfterSeconds) => {
      if (status === 429) return new Response('rate_limited', refusal(status, retryAfterSeconds ?? 1));
      const words: Record<number, string> = {
        400: 'invalid_payload',
        403: 'invalid_token',
        404: 'no_service',
        410: 'channel_is_archived',
      };
      return new Response(words[status] ?? 'rollup_error', refusal(status));
    },
  };
}

function refusal(status: number, retryAfterSeconds?: number): ResponseInit {
  const headers = { 'content-type': 'text/plain' };
  if (retryAfterSeconds === undefined) return { status, headers };
  return { status, headers: { ...headers, 'Retry-After': String(retryAfterSeconds) } };
}

// Slack takes JSON, and for old clients a form with the JSON in `payload`.
async function bodyOf(request: Request): Promise<string> {
  const text = await request.text();
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded');
  return isForm ? (new URLSearchParams(text).get('payload') ?? '') : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wordsIn(blocks: unknown): string {
  const words: string[] = [];
  JSON.stringify(blocks, (key, value) => {
    if (key === 'text' && typeof value === 'string') words.push(value);
    return value;
  });
  return words.join('\n');
}

function unescapeSlack(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
