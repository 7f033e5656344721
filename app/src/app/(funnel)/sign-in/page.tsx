import { localPath } from '@onpaid/accounts';
import { redirect } from 'next/navigation';
import { ALREADY_SUBSCRIBED } from '@/portal/paths';
import { founder } from '@/server/founder';
import { currentActor } from '@/server/guards';
import { SignInForm } from './sign-in-form';

export const metadata = { title: 'Sign in', robots: { index: false } };

export default async function SignIn({
  searchParams,
}: {
  searchParams: Promise<{ to?: string | string[]; error?: string | string[] }>;
}) {
  const { to, error } = await searchParams;
  const returnTo = localPath(typeof to === 'string' ? to : '');
  if ((await currentActor()) !== null) redirect(returnTo);
  return (
    <main className="mx-auto w-full max-w-md px-6 pt-16 pb-24">
      <h1 className="text-2xl font-semibold tracking-tight">Sign in to {founder.brand.name}</h1>
      <p className="mt-2 mb-8 text-muted">There is no password: we send a link to your address.</p>
      {returnTo === ALREADY_SUBSCRIBED && (
        <p role="status" className="mb-6 rounded-md bg-waiting-soft px-4 py-3 text-sm text-waiting">
          There is a plan with this address already. No second one was started, and nothing was charged. Sign in to see
          it.
        </p>
      )}
      {error !== undefined && (
        <p role="alert" className="mb-6 rounded-md bg-attention-soft px-4 py-3 text-sm text-attention">
          That link was used already or is too old. Ask for a new one.
        </p>
      )}
      <SignInForm returnTo={returnTo} />
    </main>
  );
}
