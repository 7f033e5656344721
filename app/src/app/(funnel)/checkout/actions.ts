'use server';

import { startCheckout } from '@onpaid/engine';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { ALREADY_SUBSCRIBED } from '@/portal/paths';
import { founder } from '@/server/founder';
import { intentCookie, sealIntent } from '@/server/intent-cookie';
import { services } from '@/server/services';

export interface CheckoutFormState {
  problem: string | null;
  email: string;
}

const formSchema = z.object({
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  price: z.string().min(1).max(200),
});

/** Opens Stripe's page for the chosen price and this person, or says why not. */
export async function payWithStripe(_previous: CheckoutFormState, form: FormData): Promise<CheckoutFormState> {
  const email = String(form.get('email') ?? '');
  const parsed = formSchema.safeParse({ email, price: form.get('price') });
  if (!parsed.success) return { email, problem: 'This is not an e-mail address we can write to. Please check it.' };

  const { db, seller, environment, log } = services();
  if (seller === null) return { email, problem: 'Nothing can be sold at the moment. Nothing was charged.' };
  const context = { db, seller, config: founder, baseUrl: environment.baseUrl, now: () => new Date() };
  const request = { email: parsed.data.email, lookupKey: parsed.data.price };
  const start = await startCheckout(context, request).catch((error: unknown) => {
    log.error({ err: error, lookupKey: request.lookupKey }, 'a checkout could not be started');
    return null;
  });
  if (start === null) {
    return { email, problem: 'The payment page could not be opened. Nothing was charged. Try again in a minute.' };
  }
  switch (start.kind) {
    case 'pay': {
      const { name, path, maxAgeSeconds } = intentCookie;
      (await cookies()).set(name, sealIntent(start.intentId, environment.secret), {
        path,
        maxAge: maxAgeSeconds,
        httpOnly: true,
        // Lax: coming back from Stripe is a link from another site.
        sameSite: 'lax',
        secure: environment.baseUrl.startsWith('https:'),
      });
      return redirect(start.url);
    }
    case 'already_subscribed':
      return redirect(ALREADY_SUBSCRIBED);
    case 'not_for_sale':
      return { email, problem: 'This plan is not for sale any more. Please choose another one.' };
    default:
      return start satisfies never;
  }
}
