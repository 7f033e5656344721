import { localPath } from '@onpaid/accounts';
import { redirect } from 'next/navigation';
import { Button } from '@/components/ui/button';
import { founder } from '@/server/founder';

export const metadata = { title: 'Sign in', robots: { index: false }, referrer: 'no-referrer' as const };

/** Where the mail leads. Mail scanners open links, and only a person presses the button: the link is used up by that. */
export default async function ConfirmSignIn({
  searchParams,
}: {
  searchParams: Promise<{ token?: string | string[]; to?: string | string[] }>;
}) {
  const { token, to } = await searchParams;
  if (typeof token !== 'string') redirect('/sign-in');
  return (
    <main className="mx-auto w-full max-w-md px-6 pt-16 pb-24">
      <h1 className="text-2xl font-semibold tracking-tight">Sign in to {founder.brand.name}</h1>
      <p className="mt-2 mb-8 text-muted">One press, and this browser stays signed in for 30 days.</p>
      <form action="/api/auth/magic-link/verify" method="get">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="callbackURL" value={localPath(typeof to === 'string' ? to : '')} />
        <input type="hidden" name="errorCallbackURL" value="/sign-in" />
        <Button size="lg" className="w-full">
          Sign in
        </Button>
      </form>
    </main>
  );
}
