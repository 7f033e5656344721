'use server';

import { SIGN_IN_MINUTES } from '@onpaid/accounts';
import { headers } from 'next/headers';
import { services } from '@/server/services';

export type SignInState =
  | { kind: 'asking'; email: string }
  | { kind: 'sent'; email: string; minutesValid: number }
  | { kind: 'problem'; email: string; problem: string };

/** Sends a link, and says the same whether the address is known or not. */
export async function sendSignInLink(_previous: SignInState, form: FormData): Promise<SignInState> {
  const email = String(form.get('email') ?? '').trim();
  const returnTo = String(form.get('to') ?? '');
  const { accounts, log } = services();
  const answer = await accounts.requestSignIn({ email, returnTo, headers: await headers() }).catch((error: unknown) => {
    log.error({ err: error }, 'a sign-in link could not be sent');
    return 'failed' as const;
  });
  switch (answer) {
    case 'sent':
      return { kind: 'sent', email, minutesValid: SIGN_IN_MINUTES };
    case 'invalid':
      return { kind: 'problem', email, problem: 'This is not an e-mail address we can write to. Please check it.' };
    case 'too_many':
      return { kind: 'problem', email, problem: 'Too many links were asked for. Try again in a minute.' };
    case 'failed':
      return {
        kind: 'problem',
        email,
        problem: 'The mail could not be sent. That is on our side; try again in a minute.',
      };
    default:
      return answer satisfies never;
  }
}
