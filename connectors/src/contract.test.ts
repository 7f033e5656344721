import { readdirSync } from 'node:fs';
import type { Connection } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { connectHubSpot } from './hubspot/index.ts';
import { connectProvisioning } from './provisioning/index.ts';
import { connectSlack } from './slack/index.ts';
import { contract, type Subject } from './testing/contract.ts';
import {
  aContact,
  aFailedPayment,
  anAccount,
  anIssue,
  aPurchase,
  aRecoveredPayment,
  aSendContext,
} from './testing/samples.ts';
import { type StandIns, secrets } from './testing/stand-ins.ts';
import { connectZendesk } from './zendesk/index.ts';

const zendesk = (baseUrl: string) =>
  connectZendesk({ baseUrl, email: secrets.zendeskEmail, token: secrets.zendeskToken });
const zendeskSecrets = [secrets.zendeskToken, btoa(`${secrets.zendeskEmail}/token:${secrets.zendeskToken}`)];
const slackPath = '/services/T000/B000/secret';

const countOf = (vendor: string, records: string) => async (standIns: StandIns) =>
  (await standIns.records(vendor))[records].length;

const subjects: Record<string, Subject> = {
  'hubspot: contact': {
    standIn: 'hubspot',
    kind: 'crm.contact',
    payload: aContact(),
    effectId: 'contact:cus_1@crm',
    secrets: [secrets.hubspotToken],
    honoursRetryAfter: false,
    connect: (baseUrl) => connectHubSpot({ token: secrets.hubspotToken, baseUrl }),
    prepare: async (connection) => void (await connection.setup?.(new AbortController().signal)),
    count: countOf('hubspot', 'contacts'),
  },
  'zendesk: payment failed': {
    standIn: 'zendesk',
    kind: 'helpdesk.payment_failed',
    payload: aFailedPayment(),
    effectId: 'payment_failed:in_1@helpdesk',
    secrets: zendeskSecrets,
    connect: zendesk,
    count: countOf('zendesk', 'tickets'),
  },
  'zendesk: payment recovered': {
    standIn: 'zendesk',
    kind: 'helpdesk.payment_recovered',
    payload: aRecoveredPayment(),
    effectId: 'payment_recovered:in_1@helpdesk',
    secrets: zendeskSecrets,
    connect: zendesk,
    prepare: openTicket,
    // The first comment is the one that opened the ticket.
    count: async (standIns) => (await standIns.records('zendesk')).tickets[0].comments.length - 1,
  },
  'slack: sale': {
    standIn: 'slack',
    kind: 'chat.sale',
    payload: aPurchase(),
    effectId: 'sale:sub_1@chat',
    secrets: [slackPath],
    connect: (webhookUrl) => connectSlack({ webhookUrl }),
    count: countOf('slack', 'messages'),
  },
  'slack: issue opened': {
    standIn: 'slack',
    kind: 'chat.issue_opened',
    payload: anIssue(),
    effectId: 'issue_opened:7@chat',
    secrets: [slackPath],
    connect: (webhookUrl) => connectSlack({ webhookUrl }),
    count: countOf('slack', 'messages'),
  },
  'provisioning: account': {
    standIn: 'app',
    kind: 'app.account',
    payload: anAccount(),
    effectId: 'account:cus_1@app',
    secrets: [secrets.provisioningSecret],
    connect: (url) => connectProvisioning({ url, secret: secrets.provisioningSecret }),
    count: countOf('app', 'accounts'),
  },
};

async function openTicket(connection: Connection): Promise<void> {
  const handler = connection.handlers['helpdesk.payment_failed'];
  const context = aSendContext({ effectId: 'payment_failed:in_1@helpdesk' });
  if (handler?.shape === 'message') await handler.send(await handler.build(aFailedPayment(), context), context);
}

for (const [name, subject] of Object.entries(subjects)) contract(name, subject);

test('every connector is under the contract; SMTP, which is no HTTP, under its own tests', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map(({ name }) => name);
  const covered = new Set([...Object.keys(subjects).map((name) => name.split(':')[0]), 'smtp']);
  expect(folders.filter((folder) => !covered.has(folder))).toEqual([]);
});
