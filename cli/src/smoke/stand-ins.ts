import { z } from 'zod';
import type { RunFile } from '../run-file.ts';

/** What the stand-ins remember, as far as the smoke counts it. They are outside: everything they say is parsed. */
const recordsSchemas = {
  hubspot: z.object({
    contacts: z.array(z.object({ properties: z.record(z.string(), z.string()), archived: z.boolean() })),
  }),
  zendesk: z.object({
    tickets: z.array(
      z.object({
        external_id: z.string().nullable(),
        status: z.string(),
        comments: z.array(z.object({ body: z.string() })),
      }),
    ),
  }),
  slack: z.object({ messages: z.array(z.object({ text: z.string() })) }),
  app: z.object({
    accounts: z.array(z.object({ customerId: z.string(), data: z.looseObject({ access: z.boolean() }) })),
  }),
  email: z.object({ mails: z.array(z.object({ to: z.array(z.string()), subject: z.string(), text: z.string() })) }),
};
type Vendor = keyof typeof recordsSchemas;
export type Records<V extends Vendor> = z.infer<(typeof recordsSchemas)[V]>;

export type Sandbox = NonNullable<RunFile['sandbox']>;

export async function recordsOf<V extends Vendor>(sandbox: Sandbox, vendor: V): Promise<Records<V>> {
  const { origin } = new URL(sandbox.faultsUrl);
  const body = z.object({ records: z.unknown() }).parse(await getJson(`${origin}/_inbox/${vendor}`));
  return recordsSchemas[vendor].parse(body.records) as Records<V>;
}

export async function seedLead(sandbox: Sandbox, email: string): Promise<void> {
  const { origin } = new URL(sandbox.faultsUrl);
  await control('POST', `${origin}/_seed/hubspot`, { contacts: [{ email, properties: { firstname: 'Lena' } }] });
}

/** Delivers every event this often. */
export async function deliverTimes(sandbox: Sandbox, times: number): Promise<void> {
  await control('PUT', `${sandbox.stripe}/_control/faults`, { deliver: { times } });
}

const stateSchema = z.object({ ids: z.object({ subscriptions: z.array(z.string()) }) });

export async function subscriptionIds(sandbox: Sandbox): Promise<string[]> {
  return stateSchema.parse(await getJson(`${sandbox.stripe}/_control/state`)).ids.subscriptions;
}

/** Ends the period and charges the card; returns the invoice's id. */
export async function renew(sandbox: Sandbox, subscriptionId: string, outcome: 'paid' | 'failed'): Promise<string> {
  const answer = await control('POST', `${sandbox.stripe}/_control/subscriptions/${subscriptionId}/renew`, { outcome });
  return z.object({ invoice: z.object({ id: z.string() }) }).parse(answer).invoice.id;
}

export async function retryInvoice(sandbox: Sandbox, invoiceId: string, outcome: 'paid' | 'failed'): Promise<void> {
  await control('POST', `${sandbox.stripe}/_control/invoices/${invoiceId}/retry`, { outcome });
}

const deliveriesSchema = z.object({ deliveries: z.array(z.looseObject({ event: z.string(), status: z.string() })) });

export interface DeliveryCounts {
  events: number;
  deliveries: number;
  pending: number;
}

export async function countDeliveries(sandbox: Sandbox): Promise<DeliveryCounts> {
  const { deliveries } = deliveriesSchema.parse(await getJson(`${sandbox.stripe}/_control/deliveries`));
  return {
    events: new Set(deliveries.map((delivery) => delivery.event)).size,
    deliveries: deliveries.length,
    pending: deliveries.filter((delivery) => delivery.status === 'pending').length,
  };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${url} was answered ${response.status}.`);
  return response.json();
}

async function control(method: string, url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}
