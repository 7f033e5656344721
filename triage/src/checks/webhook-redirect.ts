import { answeredWith, type Check, type Reply } from '../check.ts';

export const webhookRedirect: Check<Reply> = {
  id: 'webhook.redirect',
  title: 'The address in Stripe is the final one',
  severity: 'critical',
  why: 'Stripe does not follow redirects: every delivery fails, and nobody who paid gets access.',
  gather: ({ webhookUrl, send }) =>
    send({ method: 'POST', url: webhookUrl, headers: { 'content-type': 'application/json' }, body: '{}' }),
  judge(reply) {
    const expected = 'no redirect';
    const actual = answeredWith(reply);
    if (reply.kind === 'unreachable') return { result: 'unknown', expected, actual, fix: [] };
    const isRedirect = reply.status >= 300 && reply.status < 400;
    if (!isRedirect) return { result: 'pass', expected, actual, fix: [] };
    return {
      result: 'fail',
      expected,
      actual,
      fix: [
        'Put the final address into Stripe, and keep the path out of www, locale, trailing-slash and sign-in redirects.',
      ],
    };
  },
};
