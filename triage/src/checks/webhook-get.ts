import { answeredWith, type Check, type Reply } from '../check.ts';

export const webhookGet: Check<Reply> = {
  id: 'webhook.get',
  title: 'The webhook is no page',
  severity: 'medium',
  why: 'An address that serves a page or fails on a plain GET is usually not the handler it is taken for.',
  gather: ({ webhookUrl, send }) => send({ method: 'GET', url: webhookUrl }),
  judge(reply) {
    const expected = '405, 400, or a 404 in JSON';
    const actual = answeredWith(reply);
    if (reply.kind === 'unreachable') return { result: 'unknown', expected, actual, fix: [] };
    const isHtml = reply.contentType.includes('text/html');
    if (reply.status === 405 || reply.status === 400 || (reply.status === 404 && !isHtml))
      return { result: 'pass', expected, actual, fix: [] };
    const isBroken =
      reply.status >= 500 || (reply.status >= 300 && reply.status < 400) || (reply.status === 200 && isHtml);
    return { result: isBroken ? 'fail' : 'warn', expected, actual, fix: ['Export only POST from the route.'] };
  },
};
