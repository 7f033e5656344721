import type { Brand, Connection, EnvironmentProblem, Mode, Slot } from '@onpaid/engine';
import { isLoopbackUrl } from './address.ts';
import { connectHubSpot } from './hubspot/index.ts';
import { connectProvisioning } from './provisioning/index.ts';
import { isSigningSecret } from './provisioning/sign.ts';
import { connectSlack } from './slack/index.ts';
import { connectSmtp, sendSignInMail } from './smtp/index.ts';
import { mailboxOf } from './smtp/settings.ts';
import { connectZendesk } from './zendesk/index.ts';

/** Which vendors are connected, from the environment. A vendor none of whose variables is set is simply off. */

type Env = Record<string, string | undefined>;
export type SignInMailer = (mail: { email: string; url: string; minutesValid: number }) => Promise<void>;

export interface Founder {
  brand: Brand;
  baseUrl: string;
  mode: Mode;
}

export type Connected =
  | { ok: true; connections: Partial<Record<Slot, Connection>>; sendSignInMail: SignInMailer | null }
  | { ok: false; problems: EnvironmentProblem[] };

export function connectionsFromEnvironment(env: Env, { brand, baseUrl, mode }: Founder): Connected {
  const { read, problems } = reader(env, mode);

  const hubspot = read({ token: 'HUBSPOT_TOKEN' }, { baseUrl: 'HUBSPOT_API_BASE' });
  const zendesk = read(
    { email: 'ZENDESK_EMAIL', token: 'ZENDESK_TOKEN' },
    { subdomain: 'ZENDESK_SUBDOMAIN', baseUrl: 'ZENDESK_API_BASE' },
  );
  if (zendesk && !zendesk.subdomain && !zendesk.baseUrl) problems.push(missing('ZENDESK_SUBDOMAIN'));
  const smtp = read({ url: 'SMTP_URL', from: 'MAIL_FROM' });
  const slack = read({ webhookUrl: 'SLACK_WEBHOOK_URL' });
  const app = read({ url: 'PROVISION_URL', secret: 'PROVISION_SECRET' });
  if (problems.length > 0) return { ok: false, problems };

  const mail = smtp && { ...smtp, brand, baseUrl };
  return {
    ok: true,
    connections: {
      ...(app && { app: connectProvisioning(app) }),
      ...(hubspot && { crm: connectHubSpot({ token: hubspot.token, baseUrl: hubspot.baseUrl ?? undefined }) }),
      ...(mail && { email: connectSmtp(mail) }),
      ...(zendesk && {
        helpdesk: connectZendesk({
          email: zendesk.email,
          token: zendesk.token,
          baseUrl: zendesk.baseUrl ?? `https://${zendesk.subdomain}.zendesk.com`,
        }),
      }),
      ...(slack && { chat: connectSlack(slack) }),
    },
    sendSignInMail: mail && ((link) => sendSignInMail(mail, link)),
  };
}

interface Variable {
  why: string;
  where: string;
  /** What is wrong with a value that is set; null when nothing is. */
  judge(value: string, mode: Mode): string | null;
}

const anything = () => null;
const anAddress = (value: string, mode: Mode): string | null => {
  if (!URL.canParse(value)) return 'is not a URL';
  if (isLoopbackUrl(value)) return mode === 'live' ? 'leads to this machine while the Stripe key is live' : null;
  return value.startsWith('https://') ? null : 'does not start with https://';
};
/** The founder's app may well run on this machine, in live mode too. */
const anAddressOfOurs = (value: string) => anAddress(value, 'test');

const variables = {
  HUBSPOT_TOKEN: {
    why: 'Contacts are written with it.',
    where:
      'HubSpot, Settings, Integrations, Private apps; scopes crm.objects.contacts.read and .write, for "npx onpaid setup" also crm.schemas.contacts.write.',
    judge: anything,
  },
  HUBSPOT_API_BASE: {
    why: 'Contacts are sent there.',
    where: 'Remove it; only the sandbox sets it.',
    judge: anAddress,
  },
  ZENDESK_SUBDOMAIN: {
    why: 'Tickets are opened there.',
    where: 'The first word of your Zendesk address: acme in https://acme.zendesk.com.',
    judge: (value) => (/^[a-z0-9][a-z0-9-]*$/i.test(value) ? null : 'is not the first word of a Zendesk address'),
  },
  ZENDESK_API_BASE: {
    why: 'Tickets are opened there.',
    where: 'Remove it and set ZENDESK_SUBDOMAIN; only the sandbox sets it.',
    judge: anAddress,
  },
  ZENDESK_EMAIL: {
    why: 'The token belongs to this agent, who solves what nobody took.',
    where: 'The address with which the agent signs in to Zendesk.',
    judge: (value) => (/^[^\s@]+@[^\s@]+$/.test(value) ? null : 'is not an e-mail address'),
  },
  ZENDESK_TOKEN: {
    why: 'Tickets are opened with it.',
    where: 'Zendesk Admin Center, Apps and integrations, APIs, API tokens.',
    judge: anything,
  },
  SMTP_URL: {
    why: 'Mails to customers and sign-in links go through it.',
    where: 'Your mail provider, as smtps://user:password@host:465 or smtp://user:password@host:587.',
    judge: (value) =>
      /^smtps?:\/\/[^\s/]+/.test(value) && URL.canParse(value) ? null : 'is not an smtp:// or smtps:// URL',
  },
  MAIL_FROM: {
    why: 'Mails come from it, and its domain must allow your provider (SPF, DKIM).',
    where: 'An address of yours, such as: Acme <hello@acme.com>',
    judge: (value) => (mailboxOf(value) ? null : 'is not one e-mail address'),
  },
  SLACK_WEBHOOK_URL: {
    why: 'Sales, failures and issues are told there.',
    where: 'Slack, your app, Incoming Webhooks, Add New Webhook.',
    judge: anAddress,
  },
  PROVISION_URL: {
    why: 'Your app is told there to open and close accounts.',
    where: 'An endpoint of your app that takes a signed POST, such as https://app.example.com/webhooks/onpaid.',
    judge: anAddressOfOurs,
  },
  PROVISION_SECRET: {
    why: 'Your app verifies with it that a call is ours.',
    where: 'Make one with: echo "whsec_$(openssl rand -base64 32)" and set it in your app too.',
    judge: (value) => (isSigningSecret(value) ? null : 'is not whsec_ followed by 24 to 64 bytes in base64'),
  },
} satisfies Record<string, Variable>;
type Name = keyof typeof variables;

const placeholder = /^(whsec_)?(\.\.\.|x+|your.*|changeme|placeholder|todo|<.*>)$/i;

function missing(name: Name): EnvironmentProblem {
  return problem(name, 'is not set, while the others of its vendor are');
}

function problem(name: Name, what: string): EnvironmentProblem {
  const { why, where } = variables[name];
  return { name, problem: what, why, where };
}

type Read<R, O> = { [K in keyof R]: string } & { [K in keyof O]: string | null };

function reader(env: Env, mode: Mode) {
  const problems: EnvironmentProblem[] = [];
  const setting = (name: Name): string | null => env[name]?.trim() || null;

  const judged = (name: Name): string | null => {
    const value = setting(name);
    if (value === null) return null;
    const judge: Variable['judge'] = variables[name].judge;
    const what = placeholder.test(value) ? 'holds a placeholder' : judge(value, mode);
    if (what !== null) problems.push(problem(name, what));
    return value;
  };

  /** All of a vendor's variables by the names of its settings, or null when none is set. */
  function read<R extends Record<string, Name>, O extends Record<string, Name> = Record<never, Name>>(
    required: R,
    optional?: O,
  ): Read<R, O> | null {
    const all = Object.entries({ ...required, ...optional });
    if (all.every(([, name]) => setting(name) === null)) return null;
    for (const name of Object.values(required)) if (setting(name) === null) problems.push(missing(name));
    return Object.fromEntries(all.map(([key, name]) => [key, judged(name)])) as Read<R, O>;
  }
  return { read, problems };
}
