import { answeredWith, type Check, type Reply } from '../check.ts';

export const webhookBadSignature: Check<Reply[]> = {
  id: 'webhook.badsig',
  title: 'A wrong signature is refused with 400',
  severity: 'critical',
  why: 'A crash here reads as an outage to Stripe, and an acceptance lets anybody grant themselves access.',
  async gather({ webhookUrl, send }) {
    const wellFormed = `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}`;
    const replies: Reply[] = [];
    for (const signature of ['test', wellFormed]) {
      replies.push(
        await send({
          method: 'POST',
          url: webhookUrl,
          headers: { 'content-type': 'application/json', 'stripe-signature': signature },
          body: '{"id":"evt_triage","object":"event","type":"triage.probe","livemode":false}',
        }),
      );
    }
    return replies;
  },
  judge(replies) {
    const expected = '400, both for a malformed and for a wrong signature';
    const actual = replies.map(answeredWith).join(', ');
    const statuses = replies.map((reply) => (reply.kind === 'answered' ? reply.status : null));
    if (statuses.includes(null)) return { result: 'unknown', expected, actual, fix: [] };
    if (statuses.every((status) => status === 400)) return { result: 'pass', expected, actual, fix: [] };
    const isAccepted = statuses.some((status) => status !== null && status < 300);
    const isCrash = statuses.some((status) => status !== null && status >= 500);
    return {
      result: isAccepted || isCrash ? 'fail' : 'warn',
      expected,
      actual,
      fix: [
        isAccepted
          ? 'Verify the signature with the endpoint’s own secret before using the body.'
          : 'Catch the verification error and answer 400.',
      ],
    };
  },
};
