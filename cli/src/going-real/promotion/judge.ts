import type { Finding, PromotionFacts } from './finding.ts';
import { liveAccount, liveEndpoint, liveHosts, liveKey, livePrices, liveUrl, testHosts } from './judge-live.ts';
import {
  deliveriesSeen,
  invariantsHold,
  noDrift,
  noIssues,
  nothingRefused,
  nothingUndelivered,
  secretOfTestMode,
  stagingMode,
} from './judge-staging.ts';

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
