import { readdirSync } from 'node:fs';
import type { Connection, EffectKind, Payloads } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { connectHubSpot } from './hubspot/index.ts';
import { connectProvisioning } from './provisioning/index.ts';
import { connectSlack } from './slack/index.ts';
import { contract, type Subject } from './testing/contract.ts';
import {
  aClosedDispute,
  aConfirmation,
  aContact,
  aDispute,
  aFailedPayment,
  aFraudWarning,
  anAccount,
  anEndedAccess,
  anIssue,
  aPurchase,
  aRecoveredPayment,
  aRefund,
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
    prepare: (connection) =>
      open(connection, 'helpdesk.payment_failed', aFailedPayment(), 'payment_failed:in_1@helpdesk'),
    count: commentsAfterTheFirst,
  },
  'zendesk: dispute opened': {
    standIn: 'zendesk',
    kind: 'helpdesk.dispute_opened',
    payload: aDispute(),
    effectId: 'dispute_opened:dp_1@helpdesk',
    secrets: zendeskSecrets,
    connect: zendesk,
    count: countOf('zendesk', 'tickets'),
  },
  'zendesk: dispute closed': {
    standIn: 'zendesk',
    kind: 'helpdesk.dispute_closed',
    payload: aClosedDispute(),
    effectId: 'dispute_closed:dp_1@helpdesk',
    secrets: zendeskSecrets,
    connect: zendesk,
    prepare: (connection) => open(connection, 'helpdesk.dispute_opened', aDispute(), 'dispute_opened:dp_1@helpdesk'),
    count: commentsAfterTheFirst,
  },
  'slack: sale': slack('chat.sale', aPurchase()),
  'slack: payment failed': slack('chat.payment_failed', aFailedPayment()),
  'slack: payment action required': slack('chat.payment_action_required', aConfirmation()),
  'slack: refunded': slack('chat.refunded', aRefund()),
  'slack: dispute opened': slack('chat.dispute_opened', aDispute()),
  'slack: dispute closed': slack('chat.dispute_closed', aClosedDispute()),
  'slack: fraud warning': slack('chat.fraud_warning', aFraudWarning()),
  'slack: access ended': slack('chat.access_ended', anEndedAccess()),
  'slack: issue opened': slack('chat.issue_opened', anIssue()),
  'slack: issue resolved': slack('chat.issue_resolved', anIssue()),
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

function slack<K extends `chat.${string}` & EffectKind>(kind: K, payload: Payloads[K]): Subject {
  return {
    standIn: 'slack',
    kind,
    payload,
    effectId: `${kind.slice('chat.'.length)}:1@chat`,
    secrets: [slackPath],
    connect: (webhookUrl) => connectSlack({ webhookUrl }),
    count: countOf('slack', 'messages'),
  };
}

async function open<K extends EffectKind>(
  connection: Connection,
  kind: K,
  payload: Payloads[K],
  effectId: string,
): Promise<void> {
  const handler = connection.handlers[kind];
  if (handler?.shape !== 'message') throw new Error(`There is no handler for ${kind}.`);
  const context = aSendContext({ effectId });
  await handler.send(await handler.build(payload, context), context);
}

/** The first comment is the one that opened the ticket. */
async function commentsAfterTheFirst(standIns: StandIns): Promise<number> {
  return (await standIns.records('zendesk')).tickets[0].comments.length - 1;
}

for (const [name, subject] of Object.entries(subjects)) contract(name, subject);

test('every connector is under the contract; SMTP, which is no HTTP, under its own tests', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map(({ name }) => name);
  const covered = new Set([...Object.keys(subjects).map((name) => name.split(':')[0]), 'smtp']);
  expect(folders.filter((folder) => !covered.has(folder))).toEqual([]);
});

test('every kind that a connector says is under the contract', () => {
  const url = 'https://vendor.example';
  const said = Object.values(subjects).flatMap(({ connect }) => Object.keys(connect(url).handlers));
  const covered = new Set(Object.values(subjects).map(({ kind }): string => kind));
  expect(said.filter((kind) => !covered.has(kind))).toEqual([]);
});
