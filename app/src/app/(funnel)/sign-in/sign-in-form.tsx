'use client';

import { useActionState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Label } from '@/components/ui/label';
import { type SignInState, sendSignInLink } from './actions';

/** Works without JavaScript too: the form posts to the same action. */
export function SignInForm({ returnTo }: { returnTo: string }) {
  const [state, action, isPending] = useActionState<SignInState, FormData>(sendSignInLink, {
    kind: 'asking',
    email: '',
  });
  if (state.kind === 'sent') {
    return (
      <div role="status" className="border-y border-line py-6">
        <p className="font-medium">Look into your mail</p>
        <p className="mt-1 text-muted">
          A link is on its way to {state.email}. It works once, for {state.minutesValid} minutes. If it does not come,
          look among the unwanted mail, or check the address.
        </p>
      </div>
    );
  }
  const problem = state.kind === 'problem' ? state.problem : null;
  return (
    <form action={action} className="flex flex-col gap-6">
      <input type="hidden" name="to" value={returnTo} />
      <div className="flex flex-col gap-2">
        <Label htmlFor="email" className="text-base">
          Your e-mail address
        </Label>
        <Input
          id="email"
          name="email"
          type="email"
          autoComplete="email"
          required
          maxLength={254}
          defaultValue={state.email}
          key={state.email}
          aria-describedby={problem ? 'problem' : undefined}
          aria-invalid={problem !== null}
          className="h-12 text-base"
        />
        {problem && (
          <p id="problem" role="alert" className="text-sm text-broken">
            {problem}
          </p>
        )}
      </div>
      <Button size="lg" disabled={isPending}>
        {isPending ? 'Sending…' : 'Send me a link'}
      </Button>
    </form>
  );
}
