import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { keepJsonFile, readJsonFile } from '../http/json-file.ts';
import { createApp, provisioningPath } from './app.ts';
import { controlRoutes } from './control.ts';
import type { Desk, Desks } from './desk.ts';
import { createMailbox } from './email/index.ts';
import { breakOnPurpose, createFaultSwitch } from './faults.ts';
import { createHubSpot } from './hubspot/index.ts';
import { inboxRoutes } from './inbox/routes.ts';
import { closeServer, listen, onlyThisMachine } from './loopback.ts';
import { createRequestLog, type LoggedEnv, loggedRequestSchema, logRequests } from './requests.ts';
import { createSlack, slackWebhookPath } from './slack.ts';
import type { HttpVendor } from './vendor.ts';
import { createZendesk } from './zendesk/index.ts';

export type VendorStandInOptions = {
  /** 0 picks a free one. */
  port: number;
  smtpPort: number;
  /** Without it everything is kept in memory only. */
  dataDir?: string;
  credentials: { hubspotToken: string; zendeskEmail: string; zendeskToken: string; provisioningSecret: string };
  now?: () => Date;
};

export type VendorStandIns = {
  /** What a connection is configured with; `slack` and `app` are whole URLs to post to. */
  baseUrls: { hubspot: string; zendesk: string; slack: string; app: string; smtp: string };
  /** Pages for people; the same below `/_inbox/` instead of `/inbox/` is JSON. */
  inboxUrls: { hubspot: string; zendesk: string; slack: string; app: string; email: string };
  /** `/_faults`, `/_seed/hubspot` and `/_reset` are below it. */
  controlUrl: string;
  close: () => Promise<void>;
};

const stateSchema = z.record(z.string(), z.object({ records: z.unknown(), requests: z.array(loggedRequestSchema) }));

/** Starts the stand-ins for HubSpot, Zendesk, Slack, the founder's app and a mail server, on the loopback only. */
export async function startVendorStandIns(options: VendorStandInOptions): Promise<VendorStandIns> {
  const { credentials, now = () => new Date() } = options;
  const changed = () => file?.changed();

  const hubspot = createHubSpot({ token: credentials.hubspotToken, now });
  const zendesk = createZendesk({ email: credentials.zendeskEmail, token: credentials.zendeskToken, now });
  const slack = createSlack({ now });
  const app = createApp({ secret: credentials.provisioningSecret, now });
  const emailLog = createRequestLog(now);
  const emailFaults = createFaultSwitch();
  const mailbox = createMailbox({ log: emailLog, faults: emailFaults, changed, now });

  const desk = (vendor: HttpVendor): Desk & { vendor: HttpVendor } => ({
    vendor,
    log: createRequestLog(now),
    faults: createFaultSwitch(),
  });
  const httpDesks = { hubspot: desk(hubspot), zendesk: desk(zendesk), slack: desk(slack), app: desk(app) };
  const desks: Desks = { ...httpDesks, email: { vendor: mailbox.vendor, log: emailLog, faults: emailFaults } };

  const path = options.dataDir && join(options.dataDir, 'vendors.json');
  if (path) restore(desks, path);
  const file = path ? keepJsonFile(path, () => snapshot(desks), 500) : undefined;

  // Zendesk's paths may end in .json; nobody else's do.
  const root = new Hono<LoggedEnv>({ getPath: (request) => new URL(request.url).pathname.replace(/\.json$/, '') });
  root.use(onlyThisMachine);
  for (const { vendor, log, faults } of Object.values(httpDesks)) {
    root.use(`/${vendor.name}/*`, logRequests(log, `/${vendor.name}`, changed), breakOnPurpose(faults, vendor.refuse));
    root.route(`/${vendor.name}`, vendor.routes);
  }
  root.route('/', controlRoutes({ desks, hubspot, changed }));
  root.route('/', inboxRoutes({ desks, mail: mailbox.vendor.mail }));

  const server = createAdaptorServer({ fetch: root.fetch });
  const [port, smtpPort] = await Promise.all([listen(server, options.port), mailbox.listen(options.smtpPort)]);
  const origin = `http://127.0.0.1:${port}`;
  return {
    baseUrls: {
      hubspot: `${origin}/hubspot`,
      zendesk: `${origin}/zendesk`,
      slack: `${origin}/slack${slackWebhookPath}`,
      app: `${origin}/app${provisioningPath}`,
      smtp: `smtp://127.0.0.1:${smtpPort}`,
    },
    inboxUrls: {
      hubspot: `${origin}/inbox/hubspot`,
      zendesk: `${origin}/inbox/zendesk`,
      slack: `${origin}/inbox/slack`,
      app: `${origin}/inbox/app`,
      email: `${origin}/inbox/email`,
    },
    controlUrl: origin,
    close: async () => {
      await Promise.all([closeServer(server), mailbox.close()]);
      await file?.close();
    },
  };
}

function snapshot(desks: Desks): z.infer<typeof stateSchema> {
  return Object.fromEntries(
    Object.values(desks).map(({ vendor, log }) => [vendor.name, { records: vendor.records(), requests: log.all() }]),
  );
}

function restore(desks: Desks, path: string): void {
  const content = readJsonFile(path) ?? {};
  try {
    const state = stateSchema.parse(content);
    for (const { vendor, log } of Object.values(desks)) {
      const kept = state[vendor.name];
      if (!kept) continue;
      vendor.restore(kept.records);
      log.restore(kept.requests);
    }
  } catch (cause) {
    throw new Error(
      `Taking up what the vendor stand-ins remember from ${path} failed: it was written by another version. Delete the file to start afresh.`,
      { cause },
    );
  }
}
