import { answeredWith, type Check, type Reply } from '../check.ts';

export const webhookUnsigned: Check<Reply> = {
  id: 'webhook.unsigned',
  title: 'An unsigned event is refused',
  severity: 'critical',
  why: 'Whoever finds the address can otherwise tell the app that somebody has paid.',
  gather: ({ webhookUrl, send }) =>
    send({ method: 'POST', url: webhookUrl, headers: { 'content-type': 'application/json' }, body: '{}' }),
  judge(reply) {
    const expected = '400';
    const actual = answeredWith(reply);
    if (reply.kind === 'unreachable') return { result: 'unknown', expected, actual, fix: [] };
    if (reply.status === 400) return { result: 'pass', expected, actual, fix: [] };
    if (reply.status >= 200 && reply.status < 300) {
      return {
        result: 'fail',
        expected,
        actual,
        fix: [
          'Verify the Stripe-Signature header on the raw body before anything else, and answer 400 when it is missing.',
        ],
      };
    }
    return {
      result: 'warn',
      expected,
      actual,
      fix: [
        'Answer 400 from the handler itself, so that a refusal by a proxy or a missing route cannot be mistaken for it.',
      ],
    };
  },
};
