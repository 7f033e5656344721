import { styleText } from 'node:util';
import { createStripeClient, openDatabase } from '@onpaid/engine';
import { environmentOrExit } from '../config.ts';
import { gatherPromotion } from '../going-real/promotion/facts.ts';
import type { PromotionFacts } from '../going-real/promotion/finding.ts';
import { judgePromotion, mayGoLive, type Verdict } from '../going-real/promotion/judge.ts';
import { stepsToLive } from '../going-real/promotion/steps.ts';
import { marks } from '../going-real/say.ts';
import { installationVariables } from '../installation.ts';
import { loadConfig } from '../program.ts';

type Variables = Record<string, string | undefined>;

export interface PromoteOptions {
  url?: string;
  hours: number;
  json: boolean;
}

/** A live key goes to Stripe and nowhere else, whatever stands in for it in test mode. */
const STRIPE = 'https://api.stripe.com';

/** May what runs here go live? Only reads. Exits 0 only when every check passes; what cannot be known is not a pass. */
export async function runPromote(env: Variables, options: PromoteOptions): Promise<void> {
  const environment = environmentOrExit(await installationVariables(env));
  const { secretKey, apiBase } = environment.stripe;
  const liveKey = env.STRIPE_LIVE_SECRET_KEY?.trim() ?? '';
  const key = kindOf(liveKey);
  const baseUrl = (options.url ?? environment.baseUrl).replace(/\/+$/, '');
  const { db, close } = openDatabase(environment.databaseUrl, { max: 2, applicationName: 'onpaid promote' });
  try {
    const facts = await gatherPromotion({
      db,
      environment,
      config: await loadConfig(),
      staging: secretKey === null ? null : createStripeClient({ secretKey, apiBase }),
      live: {
        client: key === 'live' ? createStripeClient({ secretKey: liveKey, apiBase: STRIPE }) : null,
        key,
        baseUrl,
      },
      hours: options.hours,
      now: new Date(),
    });
    const verdicts = judgePromotion(facts);
    const ready = mayGoLive(verdicts);
    if (options.json) console.log(JSON.stringify({ schema: 1, ready, checks: verdicts }, null, 2));
    else print(verdicts, ready, baseUrl);
    process.exitCode = ready ? 0 : 1;
  } finally {
    await close();
  }
}

function kindOf(liveKey: string): PromotionFacts['live']['key'] {
  if (liveKey === '') return 'none';
  return /^(sk|rk)_live_\w{8,}/.test(liveKey) ? 'live' : 'other';
}

function print(verdicts: readonly Verdict[], ready: boolean, baseUrl: string): void {
  const mark = { pass: marks.done, fail: marks.fail, unknown: marks.unknown };
  console.log('');
  for (const { result, title, detail, fix } of verdicts) {
    console.log(`  ${mark[result]} ${title}${detail && styleText('dim', `  ${detail}`)}`);
    if (fix !== '') console.log(`      To do: ${fix}`);
  }
  if (ready) {
    console.log(`\n  ${styleText('green', 'Ready.')} To go live:\n`);
    for (const [index, step] of stepsToLive(baseUrl).entries()) console.log(`  ${index + 1}. ${step}`);
    console.log('');
    return;
  }
  const count = (result: Verdict['result']) => verdicts.filter((verdict) => verdict.result === result).length;
  console.log(
    `\n  ${styleText('red', 'Not yet.')} ${count('fail')} checks fail, and ${count('unknown')} could not be made, which is not a pass.\n`,
  );
}
