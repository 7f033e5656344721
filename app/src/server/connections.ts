import 'server-only';
import { connectionsFromEnvironment, type SignInMailer } from '@onpaid/connectors';
import { type Connection, describeProblems, type Environment, type Slot } from '@onpaid/engine';
import { readVariables } from './config';
import { founder } from './founder';

export interface Connections {
  connections: Partial<Record<Slot, Connection>>;
  /** Links are sent at once and never stored, unlike every other mail. */
  sendSignInMail: SignInMailer;
}

/** The configured vendors. The app sends sign-in links itself; of the others it only knows which there are. */
export function loadConnections({ baseUrl, mode }: Environment): Connections {
  const connected = connectionsFromEnvironment(readVariables(), { brand: founder.brand, baseUrl, mode });
  if (!connected.ok) throw new Error(describeProblems(connected.problems));
  return { connections: connected.connections, sendSignInMail: connected.sendSignInMail ?? noMail };
}

async function noMail(): Promise<never> {
  throw new Error('A sign-in link cannot be sent: there is no mail connection. Set SMTP_URL and MAIL_FROM.');
}
