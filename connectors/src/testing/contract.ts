import type { Connection, Delivered, EffectKind, Guarantee, Result, SendContext, StoredRequest } from '@onpaid/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { aSendContext } from './samples.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

/** One effect of one connector that speaks HTTP, and how to count what came of it. */
export interface Subject {
  standIn: 'hubspot' | 'zendesk' | 'slack' | 'app';
  kind: EffectKind;
  payload: unknown;
  effectId: string;
  /** What must be readable nowhere: not in stored requests, not in reasons. */
  secrets: string[];
  /** Retry-After is believed; HubSpot's is not. */
  honoursRetryAfter?: false;
  connect(url: string): Connection;
  prepare?(connection: Connection): Promise<void>;
  /** How many remote objects the effect has made: exactly one is right. */
  count(standIns: StandIns): Promise<number>;
}

/** What every connector keeps, whatever goes wrong between it and its vendor. */
export function contract(name: string, subject: Subject): void {
  describe(name, () => {
    let standIns: StandIns;
    let proxy: FaultProxy;
    beforeAll(async () => {
      standIns = await startStandIns();
      proxy = await startFaultProxy(standIns.baseUrls[subject.standIn]);
    });
    afterAll(async () => {
      await proxy.close();
      await standIns.close();
    });
    beforeEach(fresh);

    async function fresh(): Promise<void> {
      await standIns.reset();
      await subject.prepare?.(subject.connect(proxy.url));
      proxy.reset();
    }

    /** How many calls one undisturbed run takes, and with which methods. */
    async function undisturbed(): Promise<string[]> {
      await runOf(subject, proxy.url).first();
      const methods = proxy.seen.map(({ method }) => method);
      await fresh();
      return methods;
    }

    const skip = (calls: number) => Array.from({ length: calls }, () => ({ kind: 'pass' }) as const);

    test('an undisturbed run makes one', async () => {
      expect(await runOf(subject, proxy.url).first()).toMatchObject({ ok: true });
      expect(await subject.count(standIns)).toBe(1);
    });

    test('an answer lost after any of its calls is told as what it is, and recovery leaves one', async () => {
      const methods = await undisturbed();
      for (const [index, method] of methods.entries()) {
        await fresh();
        proxy.break(...skip(index), { kind: 'drop', afterCommit: true });
        const run = runOf(subject, proxy.url);
        expect(await run.first(), `${method}, call ${index + 1}`).toMatchObject({
          ok: false,
          failure: { kind: run.whenLost(method) },
        });
        await run.recover();
        expect(await subject.count(standIns), `after ${method}, call ${index + 1}`).toBe(1);
      }
    });

    test('a 500 after any of its calls, with the work done, leaves one', async () => {
      const methods = await undisturbed();
      for (const [index, method] of methods.entries()) {
        await fresh();
        proxy.break(...skip(index), { kind: 'answer', status: 500, body: 'oops', afterCommit: true });
        const run = runOf(subject, proxy.url);
        expect(await run.first()).toMatchObject({ ok: false, failure: { kind: run.whenLost(method), status: 500 } });
        await run.recover();
        expect(await subject.count(standIns)).toBe(1);
      }
    });

    test('a call that hangs ends with the deadline, which reaches the socket', async () => {
      const [method = ''] = await undisturbed();
      proxy.break({ kind: 'hang', afterCommit: false });
      const deadline = new AbortController();
      const run = runOf(subject, proxy.url, { signal: deadline.signal });
      const hung = proxy.untilHung();
      const sending = run.first();
      await hung;
      deadline.abort();
      expect(await sending).toMatchObject({ ok: false, failure: { kind: run.whenLost(method) } });
      await expect.poll(() => proxy.closedByClient()).toBe(1);
    });

    test('a deadline that has passed sends nothing', async () => {
      const run = runOf(subject, proxy.url, { signal: AbortSignal.abort() });
      expect(await run.first()).toMatchObject({ ok: false, failure: { kind: 'retryable' } });
      expect(proxy.seen).toEqual([]);
    });

    test.each([
      ['seconds', () => ({ 'retry-after': '30' })],
      ['an HTTP date', () => ({ 'retry-after': new Date(Date.now() + 30_500).toUTCString() })],
      ['unix seconds', () => ({ 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 30) })],
      ['nothing', () => ({})],
    ])('a limit said with %s is waited for, and nothing was made', async (form, headers) => {
      proxy.break({ kind: 'answer', status: 429, headers: headers(), body: '{}' });
      const result = await runOf(subject, proxy.url).first();
      if (result.ok || result.failure.kind !== 'rate_limited') throw new Error(JSON.stringify(result));
      const waitMs = result.failure.retryAt.getTime() - Date.now();
      const expectedMs = subject.honoursRetryAfter === false || form === 'nothing' ? 10_000 : 30_000;
      expect(Math.abs(waitMs - expectedMs)).toBeLessThan(2_500);
      expect(await subject.count(standIns)).toBe(0);
    });

    test.each([502, 200])('a page of HTML with status %i is not taken for an answer', async (status) => {
      proxy.break({
        kind: 'answer',
        status,
        headers: { 'content-type': 'text/html' },
        body: '<html>Bad gateway</html>',
      });
      const result = await runOf(subject, proxy.url).first();
      if (result.ok) throw new Error('A page was taken for an answer.');
      expect(['retryable', 'ambiguous', 'invalid']).toContain(result.failure.kind);
      expect(result.failure.reason).not.toContain('<html>');
    });

    test('an acceptance that breaks off in the middle is not taken for a whole one', async () => {
      proxy.break({ kind: 'drop_body', status: 200 });
      const result = await runOf(subject, proxy.url).first();
      expect(result).toMatchObject({ ok: false });
    });

    test('a redirect is refused, and nothing is sent to where it leads', async () => {
      const elsewhere = await startFaultProxy(standIns.baseUrls[subject.standIn]);
      proxy.break({ kind: 'answer', status: 307, headers: { location: `${elsewhere.url}/` } });
      const result = await runOf(subject, proxy.url).first();
      expect(result).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'redirect' } });
      expect(elsewhere.seen).toEqual([]);
      await elsewhere.close();
    });

    test.each([
      ['nobody listens', 'http://127.0.0.1:1/base'],
      ['the name does not exist', 'https://vendor.invalid/base'],
    ])('when %s, nothing was sent and it is tried again', async (_, url) => {
      expect(await runOf(subject, url).first()).toMatchObject({
        ok: false,
        failure: { kind: 'retryable', reason: expect.stringContaining('Nothing was sent.') },
      });
    });

    test.each([
      ['an address of the private network', 'https://10.0.0.1'],
      ['the metadata of a cloud', 'http://169.254.169.254'],
      ['an unencrypted address', 'http://93.184.216.34'],
    ])('%s is never called', async (_, url) => {
      const result = await runOf(subject, url).first();
      expect(result).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'blocked_address' } });
    });

    test('EF13: no credential is stored, or repeated when the vendor repeats it', async () => {
      const run = runOf(subject, proxy.url);
      const stored = JSON.stringify(await run.stored());
      const body = JSON.stringify({ message: `You sent ${subject.secrets.join(' and ')} with ${proxy.url}.` });
      proxy.break({ kind: 'answer', status: 400, body });
      const answered = JSON.stringify(await run.first());
      for (const secret of subject.secrets) {
        expect(stored).not.toContain(secret);
        expect(answered).not.toContain(secret);
      }
    });

    test('what is stored is sent byte for byte, every time', async () => {
      const run = runOf(subject, proxy.url);
      const request = await run.stored();
      if (request === null || run.guarantee.kind === 'lookup_strong') return;
      proxy.break({ kind: 'answer', status: 429 });
      await run.first();
      await run.first();
      expect(proxy.seen.map(({ body }) => body.toString('base64'))).toEqual([request.bodyBase64, request.bodyBase64]);
    });
  });
}

/** One effect from its first attempt to what the engine does when its outcome is not known. */
function runOf(subject: Subject, url: string, changes: Partial<SendContext> = {}) {
  const handler = subject.connect(url).handlers[subject.kind];
  if (!handler) throw new Error(`There is no handler for ${subject.kind}.`);
  const guarantee: Guarantee = handler.guarantee;
  const context = aSendContext({ effectId: subject.effectId, ...changes });
  const again = { ...context, signal: new AbortController().signal };
  // Once, as the engine does, and then only replayed.
  let built: Promise<StoredRequest> | null = null;
  const stored = async (): Promise<StoredRequest | null> => {
    if (handler.shape === 'message') built ??= handler.build(subject.payload as never, context);
    return built;
  };
  const attempt = async (withContext: SendContext): Promise<Result<Delivered>> => {
    if (handler.shape === 'state') return handler.apply(subject.payload as never, withContext);
    const request = await stored();
    if (request === null) throw new Error('A message is built before it is sent.');
    return handler.send(request, withContext);
  };
  return {
    guarantee,
    stored,
    first: () => attempt(context),
    recover: async (): Promise<void> => {
      if (guarantee.kind === 'none') return;
      if (guarantee.kind === 'lookup_strong' && handler.shape === 'message') {
        const found = await handler.find?.(subject.payload as never, again);
        if (found?.ok && found.value) return;
      }
      expect(await attempt(again)).toMatchObject({ ok: true });
    },
    /** A read that was lost has changed nothing; a state may be applied again; a message may be out there. */
    whenLost: (method: string) => (handler.shape === 'state' || method === 'GET' ? 'retryable' : 'ambiguous'),
  };
}
