import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { founder } from '@/server/founder';

export const metadata = { title: 'Payment not finished', robots: { index: false } };

export default function Canceled() {
  return (
    <main className="mx-auto flex w-full max-w-xl flex-col items-start gap-4 px-6 pt-16 pb-24">
      <h1 className="text-2xl font-semibold tracking-tight">You left before paying</h1>
      <p className="text-muted">
        Nothing was charged, and no account was opened. You can choose a plan again whenever you like; if something on
        the payment page did not work, write to{' '}
        <a className="text-ink underline underline-offset-4" href={`mailto:${founder.brand.supportEmail}`}>
          {founder.brand.supportEmail}
        </a>
        .
      </p>
      <Button asChild look="secondary">
        <Link href="/pricing">See plans</Link>
      </Button>
    </main>
  );
}
