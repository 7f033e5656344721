import { createAnswerer, type WebhookOptions } from './answer.ts';

/** The webhook as a Web-standard handler, for a Next.js route or anything else that speaks Request and Response. */
export function createWebhookHandler(options: WebhookOptions): (request: Request) => Promise<Response> {
  const answer = createAnswerer(options);
  return async (request) => {
    const { status, headers, body } = await answer({
      method: request.method,
      header: (name) => request.headers.get(name),
      readBody: (limitBytes) => readBody(request, limitBytes),
    });
    return new Response(body, { status, headers });
  };
}

/** Counts while reading: a content-length may be missing, or lie. */
async function readBody(request: Request, limitBytes: number): Promise<Buffer | 'too_large'> {
  if (request.body === null) return Buffer.alloc(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, size);
    size += value.byteLength;
    if (size > limitBytes) {
      await reader.cancel();
      return 'too_large';
    }
    chunks.push(value);
  }
}
