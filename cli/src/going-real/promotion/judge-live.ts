import { isTestHost } from '../hosts.ts';
import { compareTypes, type Endpoint, isOurs, isSameUrl, type WantedEndpoint } from '../plan.ts';
import { planPrices } from '../prices.ts';
import { type Finding, fail, type PromotionFacts, pass, some, unknown } from './finding.ts';

/** Whether live mode is furnished, and the two modes are kept apart. Plain values in, one finding out. */

export function liveUrl({ live: { wanted } }: PromotionFacts): Finding {
  const { protocol, hostname } = new URL(wanted.url);
  const fix = 'Say where the live installation will be: --url https://…, or ONPAID_URL.';
  if (isTestHost(hostname)) return fail(`${hostname} is a test host`, fix);
  if (protocol !== 'https:') return fail(`${new URL(wanted.url).origin} is not https`, fix);
  return pass(new URL(wanted.url).origin);
}

export function liveKey({ live }: PromotionFacts): Finding {
  if (live.key === 'live') return pass('');
  if (live.key === 'none') return unknown('STRIPE_LIVE_SECRET_KEY is not set', NO_LIVE_KEY);
  return fail('STRIPE_LIVE_SECRET_KEY is not a live key (sk_live_…, rk_live_…)', NO_LIVE_KEY);
}

export function liveAccount({ live }: PromotionFacts): Finding {
  const { chargesEnabled } = live;
  if (!chargesEnabled.known) return notAsked(live, chargesEnabled.why, 'Account');
  if (chargesEnabled.value) return pass('');
  return fail('Stripe does not let it charge yet', 'Finish the account’s activation in the Stripe dashboard.');
}

export function liveEndpoint({ live }: PromotionFacts): Finding {
  const { endpoints, wanted } = live;
  if (!endpoints.known) return notAsked(live, endpoints.why, 'Webhook endpoints');
  const here = endpoints.value.filter((endpoint) => isSameUrl(endpoint.url, wanted.url));
  const connect = 'Run "onpaid connect stripe" with the live key and the live address';
  if (here.length === 0) return fail(`there is none at ${wanted.url}`, `${connect}.`);
  const found = here.map((endpoint) => ({ endpoint, wrong: faultsOf(endpoint, wanted) }));
  const right = found.find(({ wrong }) => wrong.length === 0);
  if (right) return pass(`${right.endpoint.id} at ${wanted.url}`);
  const detail = found.map(({ endpoint, wrong }) => `${endpoint.id} ${wrong.join(', ')}`).join('; ');
  const isOld = here.every((endpoint) => endpoint.api_version !== wanted.version);
  const replaces = isOld || !here.some(isOurs);
  return fail(detail, `${connect}${replaces ? ' and --replace' : ''}.`);
}

function faultsOf(endpoint: Endpoint, wanted: WantedEndpoint): string[] {
  const { missing } = compareTypes(endpoint, wanted.types);
  return [
    ...(endpoint.status === 'enabled' ? [] : [`is ${endpoint.status}`]),
    ...(endpoint.api_version === wanted.version
      ? []
      : [`is of ${endpoint.api_version ?? 'the account’s default version'}, not ${wanted.version}`]),
    ...(missing.length === 0 ? [] : [`does not send ${some(missing)}`]),
  ];
}

export function liveHosts({ staging, live }: PromotionFacts): Finding {
  if (!live.endpoints.known) return notAsked(live, live.endpoints.why, 'Webhook endpoints');
  const stagingHost = hostOf(staging.url);
  const isPromotedInPlace = stagingHost === hostOf(live.wanted.url);
  const wrong = live.endpoints.value.filter((endpoint) => {
    const host = hostOf(endpoint.url);
    return isTestHost(host) || (!isPromotedInPlace && host === stagingHost);
  });
  if (wrong.length === 0) return pass('');
  return fail(list(wrong), 'Remove them in the Stripe dashboard, live mode, Developers, Webhooks.');
}

export function testHosts({ staging, live }: PromotionFacts): Finding {
  if (!staging.endpoints.known)
    return unknown(staging.endpoints.why, 'The test key needs Webhook endpoints: read. Then ask again.');
  const wrong = staging.endpoints.value.filter(({ url }) => hostOf(url) === hostOf(live.wanted.url));
  if (wrong.length === 0) return pass('');
  return fail(
    `${list(wrong)}: test events would reach the live installation`,
    'Remove them in the Stripe dashboard, test mode, Developers, Webhooks, just before you switch.',
  );
}

export function livePrices({ live, config }: PromotionFacts): Finding {
  const { prices } = live;
  if (!prices.known) return notAsked(live, prices.why, 'Prices');
  const { absent, existing } = planPrices(config, prices.value);
  const archived = prices.value.filter((price) => !price.active).map((price) => String(price.lookup_key));
  const faults = [
    ...(absent.length === 0 ? [] : [`absent: ${absent.map(({ price }) => price.lookupKey).join(', ')}`]),
    ...(archived.length === 0 ? [] : [`archived: ${archived.join(', ')}`]),
  ];
  if (faults.length === 0) return pass(existing.join(', '));
  return fail(
    faults.join('; '),
    'Give live prices these lookup keys, or run "onpaid connect stripe --create-prices" with the live key.',
  );
}

const NO_LIVE_KEY = 'Set STRIPE_LIVE_SECRET_KEY, for this command alone; a restricted key that reads is enough.';

function notAsked({ key }: PromotionFacts['live'], why: string, permission: string): Finding {
  return unknown(why, key === 'live' ? `The live key needs ${permission}: read. Then ask again.` : NO_LIVE_KEY);
}

function hostOf(url: string): string {
  return new URL(url).hostname;
}

function list(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ id, url }) => `${id} → ${url}`).join(', ');
}
