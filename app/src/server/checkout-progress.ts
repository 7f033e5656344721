import 'server-only';
import { hurryIntent, readCheckoutProgress, sessionUrlOf } from '@onpaid/engine';
import { cookies } from 'next/headers';
import { type ProgressScreen, progressScreen } from '@/checkout/progress-screen';
import { founder } from './founder';
import { intentCookie, openIntent } from './intent-cookie';
import { services } from './services';

// A webhook usually comes before the buyer does; when it has not come by then, Stripe is asked.
const HURRY_AFTER_MS = 4_000;

/** The purchase this browser started, as a screen; null for any other browser, whatever the address says. */
export async function currentProgress(): Promise<ProgressScreen | null> {
  const { db, environment, wake } = services();
  const intentId = openIntent((await cookies()).get(intentCookie.name)?.value, environment.secret);
  if (intentId === null) return null;
  const now = new Date();
  const progress = await readCheckoutProgress(db, intentId, now);
  if (progress === null) return null;
  const isUnheard = progress.payment === 'none';
  const isLate = now.getTime() - progress.intent.createdAt.getTime() > HURRY_AFTER_MS;
  if (isUnheard && isLate && (await hurryIntent(db, intentId, now))) wake();
  const payUrl = isUnheard ? await sessionUrlOf(db, intentId) : null;
  return progressScreen(progress, { now, payUrl, supportEmail: founder.brand.supportEmail });
}
