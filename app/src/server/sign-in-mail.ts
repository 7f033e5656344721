import 'server-only';
import { connectionsFromEnvironment, type SignInMailer } from '@onpaid/connectors';
import { describeProblems, type Environment } from '@onpaid/engine';
import { readVariables } from './config';
import { founder } from './founder';

/** The mail connection, for sign-in links only: they are sent at once and never stored, unlike every other mail. */
export function signInMailer({ baseUrl, mode }: Environment): SignInMailer {
  const connected = connectionsFromEnvironment(readVariables(), { brand: founder.brand, baseUrl, mode });
  if (!connected.ok) throw new Error(describeProblems(connected.problems));
  return connected.sendSignInMail ?? noMail;
}

async function noMail(): Promise<never> {
  throw new Error('A sign-in link cannot be sent: there is no mail connection. Set SMTP_URL and MAIL_FROM.');
}
