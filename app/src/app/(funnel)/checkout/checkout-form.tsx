'use client';

import { useActionState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { Label } from '@/components/ui/label';
import { type CheckoutFormState, payWithStripe } from './actions';

/** Works without JavaScript too: the form posts to the same action. */
export function CheckoutForm({ lookupKey, email }: { lookupKey: string; email: string }) {
  const [state, action, isPending] = useActionState<CheckoutFormState, FormData>(payWithStripe, {
    problem: null,
    email,
  });
  return (
    <form action={action} className="flex flex-col gap-6">
      <input type="hidden" name="price" value={lookupKey} />
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
          aria-describedby={state.problem ? 'problem' : 'hint'}
          aria-invalid={state.problem !== null}
          className="h-12 text-base"
        />
        {state.problem ? (
          <p id="problem" role="alert" className="text-sm text-broken">
            {state.problem}
          </p>
        ) : (
          <p id="hint" className="text-sm text-muted">
            Your account is opened for this address, and you sign in with it. Please check it twice.
          </p>
        )}
      </div>
      <Button size="lg" disabled={isPending}>
        {isPending ? 'Opening Stripe…' : 'Continue to payment'}
      </Button>
      <p className="text-sm text-muted">You pay on Stripe's page. Nothing is charged before you confirm there.</p>
    </form>
  );
}
