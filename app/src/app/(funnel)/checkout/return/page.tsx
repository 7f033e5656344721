import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { currentProgress } from '@/server/checkout-progress';
import { founder } from '@/server/founder';
import { FollowProgress } from './follow-progress';

export const metadata = { title: 'Your purchase', robots: { index: false }, referrer: 'no-referrer' as const };

const RELOAD_SECONDS = 4;

export default async function Return() {
  const screen = await currentProgress();
  return (
    <main className="mx-auto w-full max-w-xl px-6 pt-16 pb-24">
      {screen === null ? (
        <AnotherBrowser />
      ) : (
        <>
          {!screen.isFinal && (
            <noscript>
              <meta httpEquiv="refresh" content={String(RELOAD_SECONDS)} />
            </noscript>
          )}
          <FollowProgress initial={screen} />
        </>
      )}
    </main>
  );
}

/** Without the cookie nothing personal is shown: the address of this page is no secret. */
function AnotherBrowser() {
  return (
    <div className="flex flex-col items-start gap-4">
      <h1 className="text-2xl font-semibold tracking-tight">This purchase was started in another browser</h1>
      <p className="text-muted">
        So it is not shown here. If you have paid, nothing is lost: what comes next is in a mail to the address you
        gave, and you can sign in with that address. If no mail has come after ten minutes, write to{' '}
        <a className="text-ink underline underline-offset-4" href={`mailto:${founder.brand.supportEmail}`}>
          {founder.brand.supportEmail}
        </a>
        .
      </p>
      <Button asChild look="secondary">
        <Link href="/sign-in">Sign in</Link>
      </Button>
    </div>
  );
}
