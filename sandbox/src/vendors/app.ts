import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import { emptyNote, moment } from './inbox/parts.ts';
import { verifyStandardWebhook } from './standard-webhooks.ts';
import type { HttpVendor, VendorEnv } from './vendor.ts';

export const provisioningPath = '/webhooks/onpaid';

const accountSchema = z.object({
  id: z.string(),
  customerId: z.string(),
  version: z.number(),
  data: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Older versions that came late, and were answered 200 and ignored. */
  ignoredVersions: z.array(z.number()),
});
const stateSchema = z.object({ accounts: z.array(accountSchema), seenWebhookIds: z.array(z.string()) });

const callSchema = z.looseObject({
  type: z.string(),
  data: z.looseObject({ customerId: z.string().min(1), version: z.int().min(1) }),
});

/** The founder's own app, as its provisioning endpoint should be written: signed calls, once each, newest version wins. */
export function createApp({ secret, now }: { secret: string; now: () => Date }): HttpVendor {
  const empty = (): z.infer<typeof stateSchema> => ({ accounts: [], seenWebhookIds: [] });
  let state = empty();

  const routes = new Hono<VendorEnv>();
  routes.post(provisioningPath, async (c) => {
    const body = await c.req.text();
    const verdict = verifyStandardWebhook({ headers: c.req.raw.headers, body, secret, now: now() });
    if (verdict !== 'genuine') return c.json({ error: verdict }, verdict === 'wrong_signature' ? 401 : 400);
    const call = callSchema.safeParse(parseJson(body));
    if (!call.success) return c.json({ error: 'invalid_payload', message: z.prettifyError(call.error) }, 400);

    const webhookId = c.req.header('webhook-id') ?? '';
    const isRepeat = state.seenWebhookIds.includes(webhookId);
    if (!isRepeat) state.seenWebhookIds.push(webhookId);
    const { account, outcome } = apply(state.accounts, call.data.data, now().toISOString(), isRepeat);
    c.set('duplicate', isRepeat || outcome === 'unchanged');
    c.set('note', `${isRepeat ? 'repeated' : outcome} account ${account.id} version ${call.data.data.version}`);
    return c.json({ accountId: account.id, version: account.version });
  });

  return {
    name: 'app',
    title: "The founder's app",
    about: 'Accounts in the app being sold, opened and closed by signed provisioning calls.',
    records: () => state,
    restore: (records) => {
      state = stateSchema.parse(records);
    },
    reset: () => {
      state = empty();
    },
    inbox: () => accountsInbox(state.accounts),
    routes,
    refuse: (status, retryAfterSeconds) =>
      Response.json(
        { error: status === 429 ? 'rate_limited' : 'unavailable' },
        { status, ...(status === 429 && { headers: { 'Retry-After': String(retryAfterSeconds ?? 1) } }) },
      ),
  };
}

type Account = z.infer<typeof accountSchema>;
type Outcome = 'created' | 'updated' | 'unchanged' | 'ignored older';

function apply(
  accounts: Account[],
  data: z.infer<typeof callSchema>['data'],
  at: string,
  isRepeat: boolean,
): { account: Account; outcome: Outcome } {
  const { customerId, version } = data;
  const account = accounts.find((each) => each.customerId === customerId);
  if (!account) {
    const id = `acct_${accounts.length + 1}`;
    const created = { id, customerId, version, data, createdAt: at, updatedAt: at, ignoredVersions: [] };
    accounts.push(created);
    return { account: created, outcome: 'created' };
  }
  if (isRepeat || version === account.version) return { account, outcome: 'unchanged' };
  if (version < account.version) {
    account.ignoredVersions.push(version);
    return { account, outcome: 'ignored older' };
  }
  Object.assign(account, { version, data, updatedAt: at });
  return { account, outcome: 'updated' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function accountsInbox(accounts: Account[]) {
  if (accounts.length === 0) return emptyNote('No accounts yet. The first purchase opens one.');
  return html`<div class="scroll" tabindex="0"><table>
    <thead><tr><th>Account</th><th>Customer</th><th class="right">Version</th><th>What it was told</th><th>Updated</th></tr></thead>
    <tbody>${accounts.toReversed().map(({ id, customerId, version, data, updatedAt, ignoredVersions }) => {
      const { customerId: _, version: __, ...told } = data;
      return html`<tr>
        <td class="figure">${id}</td>
        <td class="figure">${customerId}</td>
        <td class="figure right">${version}${
          ignoredVersions.length > 0 ? html`<br><span class="muted">ignored ${ignoredVersions.join(', ')}</span>` : ''
        }</td>
        <td><dl>${Object.entries(told).map(
          ([name, value]) =>
            html`<dt>${name}</dt><dd>${typeof value === 'string' ? value : JSON.stringify(value)}</dd>`,
        )}</dl></td>
        <td class="figure">${moment(updatedAt)}</td>
      </tr>`;
    })}</tbody>
  </table></div>`;
}
