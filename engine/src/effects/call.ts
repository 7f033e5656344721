import type { Delivered, MessageHandler, Result, SendContext, StateHandler, StoredRequest } from './connection.ts';
import type { Answer } from './outcome.ts';

// Methods are compared both ways, so a handler of one payload fits here; the payload was parsed by that kind's schema.
export type AnyHandler = MessageHandler<unknown> | StateHandler<unknown>;

export interface Call {
  handler: AnyHandler;
  purpose: 'send' | 'find';
  payload: unknown;
  request: StoredRequest | null;
  send: Omit<SendContext, 'signal'>;
  timeoutMs: number;
}

/**
 * Asks the vendor once, and comes back in time whatever the handler does: what throws or does not answer is ambiguous.
 * `late` is called with a success that comes after that.
 */
export async function callVendor(call: Call, late: (answer: Answer) => void): Promise<Answer> {
  const signal = AbortSignal.timeout(call.timeoutMs);
  const asked = ask(call, { ...call.send, signal }).catch((error: unknown) => threw(call.purpose, error));
  const timeIsUp = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const answer = await Promise.race([asked, timeIsUp]);
  if (answer !== null) return answer;
  void asked.then((lateAnswer) => {
    if (lateAnswer.result.ok) late(lateAnswer);
  });
  return failed(call.purpose, `No answer within ${call.timeoutMs / 1_000} s.`);
}

async function ask({ handler, purpose, payload, request }: Call, send: SendContext): Promise<Answer> {
  if (handler.shape === 'state') return { purpose: 'send', result: await handler.apply(payload, send) };
  if (purpose === 'find') return { purpose, result: await find(handler, payload, send) };
  if (request === null) throw new Error(`There is no stored request for ${send.effectId}.`);
  return { purpose, result: await handler.send(request, send) };
}

async function find(
  handler: MessageHandler<unknown>,
  payload: unknown,
  send: SendContext,
): Promise<Result<Delivered | null>> {
  if (handler.find === undefined) throw new Error(`${send.effectId} cannot be looked for at this vendor.`);
  return handler.find(payload, send);
}

function threw(purpose: Call['purpose'], error: unknown): Answer {
  const reason = error instanceof Error ? error.message : String(error);
  return failed(purpose, `The call broke off: ${reason.slice(0, 200)}`);
}

/** A send without an answer may have happened; a look without one has only learnt nothing. */
function failed(purpose: Call['purpose'], reason: string): Answer {
  const kind = purpose === 'send' ? 'ambiguous' : 'retryable';
  return { purpose, result: { ok: false, failure: { kind, reason } } };
}
