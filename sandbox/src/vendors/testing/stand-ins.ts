import { startVendorStandIns, type VendorStandInOptions } from '../start.ts';

export const credentials = {
  hubspotToken: 'pat-sandbox',
  zendeskEmail: 'ops@example.com',
  zendeskToken: 'zd-sandbox',
  provisioningSecret: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
};

/** The stand-ins on free ports, with the few calls that every test of them makes. */
export async function openStandIns(options: Partial<VendorStandInOptions> = {}) {
  const standIns = await startVendorStandIns({ port: 0, smtpPort: 0, credentials, ...options });
  const { baseUrls, controlUrl } = standIns;

  async function call(method: string, url: string, init: { headers?: Record<string, string>; body?: unknown } = {}) {
    const body = typeof init.body === 'string' ? init.body : JSON.stringify(init.body);
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...init.headers },
      ...(init.body !== undefined && { body }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  return {
    ...standIns,
    call,
    hubspot: (method: string, path: string, body?: unknown) =>
      call(method, baseUrls.hubspot + path, {
        headers: { authorization: `Bearer ${credentials.hubspotToken}` },
        ...(body !== undefined && { body }),
      }),
    zendesk: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      call(method, baseUrls.zendesk + path, {
        headers: {
          authorization: `Basic ${btoa(`${credentials.zendeskEmail}/token:${credentials.zendeskToken}`)}`,
          ...headers,
        },
        ...(body !== undefined && { body }),
      }),
    inbox: async (vendor: string) => (await call('GET', `${controlUrl}/_inbox/${vendor}`)).body,
    fault: (vendor: string, fault: unknown) => call('PUT', `${controlUrl}/_faults/${vendor}`, { body: fault }),
  };
}

export type OpenStandIns = Awaited<ReturnType<typeof openStandIns>>;
