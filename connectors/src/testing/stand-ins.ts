import { startVendorStandIns } from '@onpaid/sandbox';

export const secrets = {
  hubspotToken: 'pat-na1-0123456789abcdef',
  zendeskEmail: 'ops@example.com',
  zendeskToken: 'zd-0123456789abcdef',
  provisioningSecret: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
};

/** The sandbox's stand-ins on free ports, and the few things that tests ask of them. */
export async function startStandIns(now = hurryingClock()) {
  const standIns = await startVendorStandIns({ port: 0, smtpPort: 0, credentials: secrets, now });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(standIns.controlUrl + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  };
  return {
    ...standIns,
    records: async (vendor: string) => (await call('GET', `/_inbox/${vendor}`)).records,
    requests: async (vendor: string) => (await call('GET', `/_inbox/${vendor}`)).requests,
    fault: (vendor: string, fault: unknown) => call('PUT', `/_faults/${vendor}`, fault),
    seedContact: async (email: string, properties: Record<string, string> = {}): Promise<string> =>
      (await call('POST', '/_seed/hubspot', { contacts: [{ email, properties }] })).ids[0],
    reset: () => call('POST', '/_reset'),
  };
}

/** Tests call faster than any vendor allows: for the stand-ins' limits, a tenth of a second passes with each look. */
function hurryingClock(): () => Date {
  let at = Date.now();
  return () => {
    at += 100;
    return new Date(at);
  };
}

export type StandIns = Awaited<ReturnType<typeof startStandIns>>;
