import { randomUUID } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { createAuthMiddleware, isAPIError } from 'better-auth/api';
import { magicLink } from 'better-auth/plugins';
import type { Pool } from 'pg';
import { type Actor, type Role, roles } from './permission.ts';
import { type AccountsDatabase, accountsDatabase, saveStaff } from './store.ts';

const AUTH_PATH = '/api/auth';
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** How long a link from a mail is good. */
export const SIGN_IN_MINUTES = 15;

export interface AccountsOptions {
  pool: Pool;
  /** Public address, without a trailing slash. */
  baseUrl: string;
  secret: string;
  /** Sends the mail that holds `url`. Awaited: when it throws, nobody is told that a mail is on its way. */
  sendSignInMail(mail: { email: string; url: string; minutesValid: number }): Promise<void>;
  /** A link was used, so the address is proven. */
  onEmailVerified?(email: string): Promise<void>;
  /** Told of what failed on our side, such as a mail server that cannot be reached. */
  report(error: unknown): void;
  trustedOrigins?: string[];
  /** Addresses of the proxies in front of us, so that limits count the person and not the proxy. */
  trustedProxies?: string[];
}

export type SignInRequest = 'sent' | 'too_many' | 'invalid';

export interface Accounts {
  /** Serves everything under /api/auth. */
  handler(request: Request): Promise<Response>;
  actorOf(headers: Headers): Promise<Actor | null>;
  /** Sends a link, to anybody who asks, and tells nobody whether the address is known. */
  requestSignIn(request: { email: string; returnTo: string; headers: Headers }): Promise<SignInRequest>;
  /** Where the button of the confirmation page leads: it signs in and goes to `returnTo`. */
  signInUrl(token: string, returnTo: string): string;
  signOut(headers: Headers): Promise<Response>;
  /** Gives the address a role and returns a link that signs in with one click, once. */
  createStaffSignInLink(email: string, role: Role, options: { minutesValid: number }): Promise<string>;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const db = accountsDatabase(options.pool);
  const minutesValid = SIGN_IN_MINUTES;
  const auth = authWith(options, db, minutesValid, async ({ email, token, returnTo }) => {
    await options.sendSignInMail({ email, url: confirmationUrl(options.baseUrl, token, returnTo), minutesValid });
  });

  const post = (path: string, headers: Headers, body: Record<string, string>) =>
    auth.handler(
      new Request(`${options.baseUrl}${AUTH_PATH}${path}`, {
        method: 'POST',
        headers: forwarded(headers, options.baseUrl),
        body: JSON.stringify(body),
      }),
    );

  return {
    handler: (request) => auth.handler(request),

    async actorOf(headers) {
      const session = await auth.api.getSession({ headers });
      if (session === null) return null;
      const { id, email, emailVerified, role } = session.user;
      return { id, email, emailVerified, role: roles.find((known) => known === role) ?? null };
    },

    // Through the handler, not the api: only there are requests counted and limited.
    async requestSignIn({ email, returnTo, headers }) {
      const address = email.trim().toLowerCase();
      const body = { email: address, callbackURL: localPath(returnTo) };
      const response = await post('/sign-in/magic-link', headers, body);
      if (response.status === 429) return 'too_many';
      if (response.status === 400) return 'invalid';
      if (!response.ok)
        throw new Error(`Asking for a sign-in link was answered ${response.status}; its cause is reported.`);
      return 'sent';
    },

    signInUrl: (token, returnTo) => verifyUrl(options.baseUrl, token, returnTo),

    signOut: (headers) => post('/sign-out', headers, {}),

    async createStaffSignInLink(email, role, { minutesValid }) {
      const address = email.trim().toLowerCase();
      await saveStaff(db, { id: randomUUID(), email: address, role });
      let url = '';
      const staffAuth = authWith(options, db, minutesValid, async ({ token, returnTo }) => {
        url = verifyUrl(options.baseUrl, token, returnTo);
      });
      await staffAuth.api.signInMagicLink({ body: { email: address, callbackURL: '/ops' }, headers: new Headers() });
      return url;
    },
  };
}

function authWith(
  options: AccountsOptions,
  db: AccountsDatabase,
  minutesValid: number,
  send: (link: { email: string; token: string; returnTo: string }) => Promise<void>,
) {
  return betterAuth({
    appName: 'Onpaid',
    baseURL: options.baseUrl,
    basePath: AUTH_PATH,
    secret: options.secret,
    database: { db, type: 'postgres', schemaName: 'accounts' },
    trustedOrigins: [options.baseUrl, ...(options.trustedOrigins ?? [])],
    telemetry: { enabled: false },
    onAPIError: {
      onError(error) {
        if (!isAPIError(error) || error.statusCode >= 500) options.report(error);
      },
    },
    session: { expiresIn: 30 * DAY, updateAge: DAY },
    user: { additionalFields: { role: { type: 'string', required: false, input: false } } },
    // Shared by every web process, and on in development too: what is not exercised is not there when it is needed.
    rateLimit: { enabled: true, storage: 'database', window: MINUTE, max: 100 },
    advanced: {
      useSecureCookies: !isLoopbackHttp(options.baseUrl),
      ...(options.trustedProxies ? { ipAddress: { trustedProxies: options.trustedProxies } } : {}),
    },
    plugins: [
      magicLink({
        expiresIn: minutesValid * MINUTE,
        storeToken: 'hashed',
        rateLimit: { window: MINUTE, max: 10 },
        async sendMagicLink({ email, token, url }) {
          const returnTo = new URL(url).searchParams.get('callbackURL') ?? '/account';
          await send({ email, token, returnTo });
        },
      }),
    ],
    hooks: {
      after: createAuthMiddleware(async (context) => {
        if (context.path !== '/magic-link/verify') return;
        const signedIn = context.context.newSession;
        if (signedIn) await options.onEmailVerified?.(signedIn.user.email);
      }),
    },
  });
}

/**
 * Mail scanners open links; only a person presses the button on the page this leads to. The token is used up by that
 * press, not by the scanner.
 */
function confirmationUrl(baseUrl: string, token: string, returnTo: string): string {
  return `${baseUrl}/sign-in/confirm?${new URLSearchParams({ token, to: localPath(returnTo) })}`;
}

function verifyUrl(baseUrl: string, token: string, returnTo: string): string {
  const query = new URLSearchParams({ token, callbackURL: localPath(returnTo), errorCallbackURL: '/sign-in' });
  return `${baseUrl}${AUTH_PATH}/magic-link/verify?${query}`;
}

/** A path of ours, never another site: "//evil.example" and "/\evil.example" are addresses too. */
export function localPath(path: string): string {
  return /^\/(?![/\\])[\w\-/.?=&%]*$/.test(path) ? path : '/account';
}

function forwarded(headers: Headers, origin: string): Headers {
  const kept = new Headers({ 'content-type': 'application/json', origin });
  for (const name of ['cookie', 'user-agent', 'x-forwarded-for']) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

function isLoopbackHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
