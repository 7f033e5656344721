import type { DriftRecord, Mode, OnpaidConfig, WebhookRecord } from '@onpaid/engine';
import { isTestHost } from '../hosts.ts';
import { compareTypes, type Endpoint, isOurs, isSameUrl, isSecretOf, type WantedEndpoint } from '../plan.ts';
import { type ExistingPrice, planPrices } from '../prices.ts';

/** What could not be found out says why, and never counts as well. */
export type Known<T> = { known: true; value: T } | { known: false; why: string };

export interface PromotionFacts {
  /** How far back was looked. */
  hours: number;
  config: OnpaidConfig;
  staging: {
    mode: Mode;
    url: string;
    polls: boolean;
    webhook: WebhookRecord;
    /** Ids of events Stripe could not deliver, and we do not have. */
    undelivered: Known<string[]>;
    endpoints: Known<Endpoint[]>;
    secrets: string[];
    violations: string[];
    openIssues: number;
    unknownEffects: number;
    drift: DriftRecord;
  };
  live: {
    wanted: WantedEndpoint;
    key: 'live' | 'other' | 'none';
    chargesEnabled: Known<boolean>;
    endpoints: Known<Endpoint[]>;
    prices: Known<ExistingPrice[]>;
  };
}

export interface Finding {
  result: 'pass' | 'fail' | 'unknown';
  detail: string;
  /** What to do about it; nothing where it passes. */
  fix: string;
}

export interface Verdict extends Finding {
  id: CheckId;
  title: string;
}

/** Every reason not to go live, in the order in which one would mend them. */
const checks = {
  'staging.mode': { title: 'What is promoted was tried with a test key', judge: stagingMode },
  'staging.deliveries': { title: 'Deliveries arrive', judge: deliveriesSeen },
  'staging.refused': { title: 'No delivery was refused', judge: nothingRefused },
  'staging.undelivered': { title: 'Stripe has delivered everything', judge: nothingUndelivered },
  'staging.secret': { title: 'The signing secret here is of test mode', judge: secretOfTestMode },
  'staging.invariants': { title: 'Every invariant holds', judge: invariantsHold },
  'staging.issues': { title: 'No issue is open', judge: noIssues },
  'staging.drift': { title: 'What we believe is what Stripe says', judge: noDrift },
  'live.url': { title: 'The live address is public and https', judge: liveUrl },
  'live.key': { title: 'The live key is live', judge: liveKey },
  'live.account': { title: 'The live account may take payments', judge: liveAccount },
  'live.endpoint': { title: 'The live webhook endpoint is as it must be', judge: liveEndpoint },
  'live.hosts': { title: 'No live endpoint leads to a test host', judge: liveHosts },
  'test.hosts': { title: 'No test endpoint leads to the live address', judge: testHosts },
  'live.prices': { title: 'Every plan has its price in live mode', judge: livePrices },
} as const satisfies Record<string, { title: string; judge: (facts: PromotionFacts) => Finding }>;

export type CheckId = keyof typeof checks;

export function judgePromotion(facts: PromotionFacts): Verdict[] {
  return (Object.keys(checks) as CheckId[]).map((id) => ({
    id,
    title: checks[id].title,
    ...checks[id].judge(facts),
  }));
}

/** Only when everything is known to be well. */
export function mayGoLive(verdicts: readonly Verdict[]): boolean {
  return verdicts.every((verdict) => verdict.result === 'pass');
}

const pass = (detail: string): Finding => ({ result: 'pass', detail, fix: '' });
const fail = (detail: string, fix: string): Finding => ({ result: 'fail', detail, fix });
const unknown = (detail: string, fix: string): Finding => ({ result: 'unknown', detail, fix });

const NO_LIVE_KEY = 'Set STRIPE_LIVE_SECRET_KEY, for this command alone; a restricted key that reads is enough.';

function notAsked({ key }: PromotionFacts['live'], why: string, permission: string): Finding {
  return unknown(why, key === 'live' ? `The live key needs ${permission}: read. Then ask again.` : NO_LIVE_KEY);
}

function stagingMode({ staging }: PromotionFacts): Finding {
  if (staging.mode === 'test') return pass('test mode');
  if (staging.mode === 'live') return fail('this installation is live already', 'There is nothing to promote.');
  return fail(
    'this is the sandbox, which has never met Stripe',
    'Set STRIPE_SECRET_KEY to a test key, run "onpaid connect stripe", and buy something.',
  );
}

function deliveriesSeen({ staging, hours }: PromotionFacts): Finding {
  if (staging.polls) {
    return fail(
      `${staging.url} is on this machine: events are asked for, so no delivery was ever tried`,
      'Run the staging installation where Stripe can reach it, with "onpaid connect stripe".',
    );
  }
  const { deliveries, lastDeliveryAt } = staging.webhook;
  if (lastDeliveryAt === null) {
    return fail(`none in the last ${hours} hours`, 'Buy something in test mode, and look at Stripe’s delivery log.');
  }
  return pass(`${deliveries} in the last ${hours} hours, the last at ${lastDeliveryAt.toISOString()}`);
}

function nothingRefused({ staging, hours }: PromotionFacts): Finding {
  const { refusals } = staging.webhook;
  if (refusals.length === 0) return pass(`none that carried a signature in the last ${hours} hours`);
  const detail = refusals
    .map(({ code, count, lastAt }) => `${count} ${code} (last ${lastAt.toISOString()})`)
    .join(', ');
  const isSecret = refusals.some(({ code }) => code === 'signature_mismatch');
  return fail(
    detail,
    `${isSecret ? 'Compare STRIPE_WEBHOOK_SECRET with the endpoint’s. ' : ''}The log names each by its request id. When the cause is mended, ask again after it is out of the window, or with a shorter --hours.`,
  );
}

function nothingUndelivered({ staging, hours }: PromotionFacts): Finding {
  const { undelivered } = staging;
  if (!undelivered.known) return unknown(undelivered.why, 'The test key needs Events: read. Then ask again.');
  const ids = undelivered.value;
  if (ids.length === 0) return pass(`nothing of the last ${hours} hours is missing here`);
  return fail(
    `${ids.length} never arrived: ${some(ids)}`,
    'Find out why in Stripe’s delivery log, then resend them there.',
  );
}

function secretOfTestMode({ staging, live }: PromotionFacts): Finding {
  const { secrets, webhook, endpoints } = staging;
  const liveEndpoints = live.endpoints.known ? live.endpoints.value : [];
  if (liveEndpoints.some((endpoint) => isSecretOf(endpoint, secrets))) {
    return fail(
      'STRIPE_WEBHOOK_SECRET holds a live endpoint’s secret beside a test key',
      'Take it out here; it belongs into the live installation.',
    );
  }
  if (webhook.quarantined > 0) {
    return fail(
      `${webhook.quarantined} live events were verified here`,
      'A live endpoint’s secret is here, and that endpoint leads here: take both away.',
    );
  }
  if (webhook.deliveries > 0) return pass('it verifies test deliveries, and no live one');
  if (endpoints.known && endpoints.value.some((endpoint) => isSecretOf(endpoint, secrets))) {
    return pass('it is that of an endpoint in test mode');
  }
  return unknown('nothing it verified says of which mode it is', 'Buy something in test mode, and ask again.');
}

function invariantsHold({ staging: { violations } }: PromotionFacts): Finding {
  if (violations.length === 0) return pass('');
  return fail(some(violations), '"onpaid doctor" shows each; none of them may be there.');
}

function noIssues({ staging: { openIssues, unknownEffects } }: PromotionFacts): Finding {
  if (openIssues + unknownEffects === 0) return pass('');
  return fail(
    `${openIssues} open issues, ${unknownEffects} effects whose outcome is unknown`,
    'Mend them under Issues, and answer what is asked under Effects.',
  );
}

function noDrift({ staging: { drift } }: PromotionFacts): Finding {
  const { open, reconciledAt } = drift;
  if (open > 0) return fail(`${open} differences are not healed`, 'Run "onpaid reconcile"; it says what each was.');
  if (reconciledAt === null) return unknown('no reconcile has finished', 'Run "onpaid reconcile" once, to its end.');
  return pass(`compared to the end at ${reconciledAt.toISOString()}`);
}

function liveUrl({ live: { wanted } }: PromotionFacts): Finding {
  const { protocol, hostname } = new URL(wanted.url);
  const fix = 'Say where the live installation will be: --url https://…, or ONPAID_URL.';
  if (isTestHost(hostname)) return fail(`${hostname} is a test host`, fix);
  if (protocol !== 'https:') return fail(`${new URL(wanted.url).origin} is not https`, fix);
  return pass(new URL(wanted.url).origin);
}

function liveKey({ live }: PromotionFacts): Finding {
  if (live.key === 'live') return pass('');
  if (live.key === 'none') return unknown('STRIPE_LIVE_SECRET_KEY is not set', NO_LIVE_KEY);
  return fail('STRIPE_LIVE_SECRET_KEY is not a live key (sk_live_…, rk_live_…)', NO_LIVE_KEY);
}

function liveAccount({ live }: PromotionFacts): Finding {
  const { chargesEnabled } = live;
  if (!chargesEnabled.known) return notAsked(live, chargesEnabled.why, 'Account');
  if (chargesEnabled.value) return pass('');
  return fail('Stripe does not let it charge yet', 'Finish the account’s activation in the Stripe dashboard.');
}

function liveEndpoint({ live }: PromotionFacts): Finding {
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

function liveHosts({ staging, live }: PromotionFacts): Finding {
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

function testHosts({ staging, live }: PromotionFacts): Finding {
  if (!staging.endpoints.known)
    return unknown(staging.endpoints.why, 'The test key needs Webhook endpoints: read. Then ask again.');
  const wrong = staging.endpoints.value.filter(({ url }) => hostOf(url) === hostOf(live.wanted.url));
  if (wrong.length === 0) return pass('');
  return fail(
    `${list(wrong)}: test events would reach the live installation`,
    'Remove them in the Stripe dashboard, test mode, Developers, Webhooks, just before you switch.',
  );
}

function livePrices({ live, config }: PromotionFacts): Finding {
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

function hostOf(url: string): string {
  return new URL(url).hostname;
}

function list(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ id, url }) => `${id} → ${url}`).join(', ');
}

/** The first few, and how many more. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
