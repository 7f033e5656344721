import type { CheckoutProgress, ProgressStep } from '@onpaid/engine';

/** What the return page shows: words and steps, decided on the server, sent to the browser as it is. */
export interface ProgressScreen {
  state: 'verifying' | 'processing' | 'setting_up' | 'slow' | 'ready' | 'failed' | 'expired';
  title: string;
  /** When the payment was received, as an ISO time; the browser writes it in the reader's own zone. */
  paidAt: string | null;
  detail: string;
  steps: { key: ProgressStep['key']; label: string; state: ProgressStep['state'] }[];
  next: { label: string; href: string } | null;
  /** Nothing more is going to change by itself, so the page stops asking. */
  isFinal: boolean;
}

const SLOW_AFTER_MS = 30_000;

/** A step is named as done only when it is. */
const labels = {
  payment: { open: 'Payment', done: 'Payment received' },
  access: { open: 'Access', done: 'Access opened' },
  account: { open: 'Account', done: 'Account set up' },
  welcome: { open: 'Welcome mail', done: 'Welcome mail sent' },
} satisfies Record<ProgressStep['key'], { open: string; done: string }>;

/** Never says more than the engine knows. `payUrl` is Stripe's page, for who comes back without having paid. */
export function progressScreen(
  progress: CheckoutProgress,
  { now, payUrl, supportEmail }: { now: Date; payUrl: string | null; supportEmail: string },
): ProgressScreen {
  const { customerEmailMasked: email } = progress;
  const steps = progress.steps.map(({ key, state }) => ({
    key,
    state,
    label: labels[key][state === 'done' ? 'done' : 'open'],
  }));
  const paidAt = progress.steps.find((step) => step.key === 'payment')?.at ?? null;
  const isSetUp = progress.steps.every((step) => step.key === 'welcome' || step.state === 'done');
  const isAllDone = progress.steps.every((step) => step.state === 'done');
  const screen = { steps, paidAt: paidAt?.toISOString() ?? null, next: null, isFinal: false };

  switch (progress.payment) {
    case 'none':
      if (progress.intent.expiresAt !== null && progress.intent.expiresAt <= now) {
        return {
          ...screen,
          state: 'expired',
          title: 'This payment page has expired',
          detail: 'Nothing was charged. You can choose a plan again.',
          next: { label: 'See plans', href: '/pricing' },
          isFinal: true,
        };
      }
      return {
        ...screen,
        state: 'verifying',
        title: 'Waiting for Stripe to confirm',
        detail: `This usually takes a few seconds. If you have paid, there is nothing to do: we will write to ${email}. If you have not, nothing was charged.`,
        next: payUrl === null ? null : { label: 'Go back to the payment page', href: payUrl },
      };
    case 'processing':
      return {
        ...screen,
        state: 'processing',
        title: 'Your bank is processing the payment',
        detail: `This takes 3 to 5 business days with most banks, and paying again would charge you twice. You can close this page; we will write to ${email} when it has arrived.`,
      };
    case 'failed':
      return {
        ...screen,
        state: 'failed',
        title: 'The payment did not go through',
        detail: `Your bank or card refused it, and no money was taken for it. You can try again with another card, or write to ${supportEmail}.`,
        next: { label: 'See plans', href: '/pricing' },
        isFinal: true,
      };
    case 'paid': {
      if (isSetUp) {
        return {
          ...screen,
          state: 'ready',
          title: 'Your account is ready',
          detail: isAllDone
            ? `We wrote to ${email} with what comes next. You sign in with that address.`
            : `We will also write to ${email} with what comes next. You sign in with that address.`,
          next: { label: 'Go to your account', href: '/account' },
          isFinal: isAllDone,
        };
      }
      // One step that is tried again is not yet slow: most come right within seconds.
      const isStuck = progress.steps.some((step) => step.state === 'failed');
      const isSlow = isStuck || (paidAt !== null && now.getTime() - paidAt.getTime() > SLOW_AFTER_MS);
      if (isSlow) {
        return {
          ...screen,
          state: 'slow',
          title: 'Setting up takes longer than usual',
          detail: `You are charged once, and there is nothing to do. We are still at it and will write to ${email} when your account is ready. You can close this page.`,
        };
      }
      return {
        ...screen,
        state: 'setting_up',
        title: 'Setting up your account',
        detail: `Usually under a minute. You can close this page; we will write to ${email}.`,
      };
    }
    default:
      return progress.payment satisfies never;
  }
}
