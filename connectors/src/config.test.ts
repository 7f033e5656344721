import { describeProblems } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { connectionsFromEnvironment } from './config.ts';
import { aBrand } from './testing/samples.ts';

const founder = { brand: aBrand, baseUrl: 'https://pay.example.com', mode: 'test' } as const;
const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`;
const everything = {
  HUBSPOT_TOKEN: 'pat-na1-0123',
  ZENDESK_SUBDOMAIN: 'acme',
  ZENDESK_EMAIL: 'ops@acme.example',
  ZENDESK_TOKEN: 'zd-0123',
  SMTP_URL: 'smtps://me:pw@mail.example.com',
  MAIL_FROM: 'Acme <hello@acme.example>',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T000/B000/0123456789',
  PROVISION_URL: 'http://localhost:3000/webhooks/onpaid',
  PROVISION_SECRET: secret,
};

function problemsOf(env: Record<string, string>, mode: 'test' | 'live' = 'test'): string[] {
  const loaded = connectionsFromEnvironment(env, { ...founder, mode });
  return loaded.ok ? [] : loaded.problems.map(({ name, problem }) => `${name} ${problem}`);
}

test('nothing set is nothing connected', () => {
  expect(connectionsFromEnvironment({ HUBSPOT_TOKEN: ' ' }, founder)).toEqual({
    ok: true,
    connections: {},
    sendSignInMail: null,
  });
});

test('everything set is one connection a slot', () => {
  const loaded = connectionsFromEnvironment(everything, founder);
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  const vendors = Object.entries(loaded.connections).map(([slot, { vendor }]) => `${slot}: ${vendor}`);
  expect(vendors.sort()).toEqual([
    'app: provisioning',
    'chat: slack',
    'crm: hubspot',
    'email: smtp',
    'helpdesk: zendesk',
  ]);
  expect(loaded.sendSignInMail).toBeTypeOf('function');
});

test('each connection stands in the slot that it says, and handles only kinds of it', () => {
  const loaded = connectionsFromEnvironment(everything, founder);
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  for (const [slot, connection] of Object.entries(loaded.connections)) {
    expect(connection.slot).toBe(slot);
    expect(Object.keys(connection.handlers).every((kind) => kind.startsWith(`${slot}.`))).toBe(true);
  }
});

test.each([
  [{ ZENDESK_EMAIL: 'ops@acme.example', ZENDESK_TOKEN: 'zd' }, ['ZENDESK_SUBDOMAIN']],
  [{ ZENDESK_SUBDOMAIN: 'acme' }, ['ZENDESK_EMAIL', 'ZENDESK_TOKEN']],
  [{ HUBSPOT_API_BASE: 'http://127.0.0.1:1' }, ['HUBSPOT_TOKEN']],
  [{ SMTP_URL: 'smtp://mail.example.com' }, ['MAIL_FROM']],
  [{ PROVISION_SECRET: secret }, ['PROVISION_URL']],
] as const)('half a vendor is a problem: %o', (env, names) => {
  expect(problemsOf(env)).toEqual(names.map((name) => `${name} is not set, while the others of its vendor are`));
});

test.each([
  ['SLACK_WEBHOOK_URL', 'http://hooks.slack.com/services/x', 'does not start with https://'],
  ['SLACK_WEBHOOK_URL', 'hooks.slack.com', 'is not a URL'],
  ['ZENDESK_SUBDOMAIN', 'acme.zendesk.com/x?', 'is not the first word of a Zendesk address'],
  ['ZENDESK_EMAIL', 'ops', 'is not an e-mail address'],
  ['SMTP_URL', 'mail.example.com', 'is not an smtp:// or smtps:// URL'],
  ['MAIL_FROM', 'Somebody', 'is not one e-mail address'],
  ['PROVISION_SECRET', 'hunter2', 'is not whsec_ followed by 24 to 64 bytes in base64'],
  ['HUBSPOT_TOKEN', 'your-token', 'holds a placeholder'],
])('%s set to %s is told, without repeating the value', (name, value, problem) => {
  const env = { ...everything, [name]: value };
  expect(problemsOf(env)).toEqual([`${name} ${problem}`]);
  const loaded = connectionsFromEnvironment(env, founder);
  expect(loaded.ok ? '' : describeProblems(loaded.problems)).not.toContain(value);
});

test('live customers are never sent to stand-ins, while the founder may run the app beside us', () => {
  const env = { ...everything, HUBSPOT_API_BASE: 'http://127.0.0.1:4242/hubspot' };
  expect(problemsOf(env, 'live')).toEqual(['HUBSPOT_API_BASE leads to this machine while the Stripe key is live']);
  expect(problemsOf(env, 'test')).toEqual([]);
});
