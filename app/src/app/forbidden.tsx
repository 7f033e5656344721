import { Button } from '@/components/ui/button';

export const metadata = { title: 'Not allowed' };

export default function Forbidden() {
  return (
    <main className="mx-auto flex w-full max-w-xl flex-1 flex-col items-start justify-center gap-4 px-6 py-16">
      <h1 className="text-2xl font-semibold">You may not see this page</h1>
      <p className="text-muted">
        You are signed in, and your role does not include it. Ask an owner for the role, or sign in with another
        address.
      </p>
      <form action="/sign-out" method="post">
        <Button look="secondary">Sign out</Button>
      </form>
    </main>
  );
}
