import type { Plan } from '../config.ts';
import type { Access } from './access.ts';

interface Voice {
  /** `you` for the customer's own pages; `they` for staff. */
  person?: 'you' | 'they';
  locale?: string;
  timeZone?: string;
  /** For the names of plans; without them a plan is called by its key. */
  plans?: Plan[];
}

/** One sentence that says whether there is access, and why. */
export function explainAccess(access: Access, voice: Voice = {}): string {
  const isStaff = voice.person === 'they';
  const subject = isStaff ? 'They' : 'You';
  const verb = access.allow ? 'have access' : 'have no access';
  return `${subject} ${verb} ${because(access, isStaff ? 'their' : 'your', voice)}.`;
}

function because({ reason, allow, plans }: Access, your: string, voice: Voice): string {
  const date = (iso: string | null) => formatDate(iso, voice);
  const plan = `${your} ${planNames(plans, voice)}`;
  const byNumber = (one: string, several: string) => (plans.length > 1 ? several : one);
  switch (reason.code) {
    case 'active':
      return `because ${plan} ${byNumber('is', 'are')} active${after(` and ${byNumber('renews', 'renew')} on`, date(reason.renewsAt))}`;
    case 'trialing':
      return `because ${your} free trial runs${after(' until', date(reason.trialEndsAt))}`;
    case 'canceling':
      return `because ${plan}, though canceled, ${byNumber('runs', 'run')}${after(' until', date(reason.endsAt))}`;
    case 'past_due':
      return `while ${your} payment is past due, until ${date(reason.graceEndsAt)}`;
    case 'grace_over':
      return `because ${your} payment failed and the time to fix it ended on ${date(reason.graceEndedAt)}`;
    case 'lifetime':
      return `because ${plan} ${byNumber('was', 'were')} bought once and for good`;
    case 'payment_processing':
      return allow
        ? `while ${your} bank is still processing the payment`
        : `yet because ${your} bank is still processing the payment`;
    case 'payment_pending':
      return `yet because the first payment has not gone through`;
    case 'paused':
      return allow
        ? `because ${plan} ${byNumber('continues', 'continue')} while payments are paused`
        : `because ${your} subscription is paused`;
    case 'unpaid':
      return `because ${your} last invoices are unpaid`;
    case 'ended':
      return `because ${your} subscription ended${after(' on', date(reason.endedAt))}`;
    case 'payment_failed':
      return `because ${your} payment did not go through`;
    case 'refunded':
      return `because ${your} payment was refunded`;
    case 'disputed':
      return `while ${your} bank decides about a disputed payment`;
    case 'dispute_lost':
      return `because ${your} bank took the payment back`;
    case 'never_paid':
      return 'because nothing has been paid yet';
    default:
      return reason satisfies never;
  }
}

function planNames(keys: string[], { plans = [] }: Voice): string {
  const names = keys.map((key) => plans.find((plan) => plan.key === key)?.name ?? capitalise(key));
  if (names.length === 0) return 'plan';
  return `${names.join(' and ')} plan${names.length > 1 ? 's' : ''}`;
}

function formatDate(iso: string | null, { locale = 'en-GB', timeZone = 'UTC' }: Voice): string | null {
  if (iso === null) return null;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(new Date(iso));
}

function after(word: string, value: string | null): string {
  return value === null ? '' : `${word} ${value}`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
