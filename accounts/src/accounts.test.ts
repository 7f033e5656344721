import { migrateToLatest } from '@onpaid/engine';
import { type TestDatabase, testDatabase } from '@onpaid/engine/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Accounts, type AccountsOptions, createAccounts, localPath } from './accounts.ts';
import { accountsMigrations } from './index.ts';

const baseUrl = 'http://localhost:4000';
let database: TestDatabase;
let accounts: Accounts;
let mails: { email: string; url: string }[];
let verified: string[];
let reported: unknown[];

beforeAll(async () => {
  database = await testDatabase();
  await migrateToLatest(database.db, accountsMigrations);
});
afterAll(() => database.close());

beforeEach(async () => {
  await database.pool.query('truncate accounts."user", accounts.verification, accounts.rate_limit cascade');
  accounts = accountsWith();
});

function accountsWith(changes: Partial<AccountsOptions> = {}): Accounts {
  mails = [];
  verified = [];
  reported = [];
  return createAccounts({
    pool: database.pool,
    baseUrl,
    secret: 'a-secret-of-at-least-32-characters!',
    sendSignInMail: async (mail) => void mails.push(mail),
    onEmailVerified: async (email) => void verified.push(email),
    report: (error) => void reported.push(error),
    ...changes,
  });
}

/** Presses the button of the page that the newest mail leads to. */
async function follow(on: Accounts = accounts): Promise<Response> {
  const mail = new URL(mails.at(-1)!.url);
  const url = on.signInUrl(mail.searchParams.get('token')!, mail.searchParams.get('to')!);
  return on.handler(new Request(url));
}

function cookiesOf(response: Response): Headers {
  return new Headers({
    cookie: response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  });
}

const ask = (email: string, from = '203.0.113.7') =>
  accounts.requestSignIn({ email, returnTo: '/account', headers: new Headers({ 'x-forwarded-for': from }) });

test('a link from the mail signs its reader in and proves the address', async () => {
  expect(await ask('Ada@Example.com')).toBe('sent');
  expect(mails[0]).toMatchObject({ email: 'ada@example.com' });
  const response = await follow();
  expect(response.headers.get('location')).toBe(`${baseUrl}/account`);
  expect(await accounts.actorOf(cookiesOf(response))).toMatchObject({
    email: 'ada@example.com',
    emailVerified: true,
    role: null,
  });
  expect(verified).toEqual(['ada@example.com']);
});

test('a link works once', async () => {
  await ask('ada@example.com');
  await follow();
  const second = await follow();
  expect(second.headers.get('location')).toContain('/sign-in?error=INVALID_TOKEN');
  expect(cookiesOf(second).get('cookie')).toBe('');
});

test('asking for an unknown address answers as for a known one', async () => {
  await ask('ada@example.com');
  await follow();
  expect([await ask('ada@example.com'), await ask('nobody@example.com')]).toEqual(['sent', 'sent']);
});

test('the token is stored hashed', async () => {
  await ask('ada@example.com');
  const token = new URL(mails[0]!.url).searchParams.get('token')!;
  const { rows } = await database.pool.query('select identifier, value from accounts.verification');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('the eleventh request of one address in a minute is refused, another person is not', async () => {
  for (let request = 1; request <= 10; request++) expect(await ask(`a${request}@example.com`)).toBe('sent');
  expect(await ask('a11@example.com')).toBe('too_many');
  expect(await ask('a11@example.com', '198.51.100.9')).toBe('sent');
});

test('what is no address is refused before anything is sent', async () => {
  expect(await ask('not an address')).toBe('invalid');
  expect(mails).toEqual([]);
});

test('a mail that cannot be sent is not said to be sent, and its cause is reported', async () => {
  const cause = new Error('no route to the mail server');
  accounts = accountsWith({ sendSignInMail: () => Promise.reject(cause) });
  await expect(ask('ada@example.com')).rejects.toThrow('answered 500');
  expect(reported).toEqual([cause]);
});

test('signing out ends the session on the server', async () => {
  await ask('ada@example.com');
  const session = cookiesOf(await follow());
  await accounts.signOut(session);
  expect(await accounts.actorOf(session)).toBeNull();
});

test('a staff link gives its role, works once, and is valid as long as it says', async () => {
  const url = await accounts.createStaffSignInLink('Owner@Example.com', 'owner', { minutesValid: 24 * 60 });
  const { rows } = await database.pool.query(
    `select extract(epoch from expires_at - now()) / 60 as minutes from accounts.verification`,
  );
  expect(Number(rows[0].minutes)).toBeCloseTo(24 * 60, 0);
  const response = await accounts.handler(new Request(url));
  expect(response.headers.get('location')).toBe(`${baseUrl}/ops`);
  expect(await accounts.actorOf(cookiesOf(response))).toMatchObject({
    email: 'owner@example.com',
    role: 'owner',
    emailVerified: true,
  });
});

test('a staff link gives its role to a person who is known already', async () => {
  await ask('ada@example.com');
  const session = cookiesOf(await follow());
  expect(await accounts.actorOf(session)).toMatchObject({ role: null });
  await accounts.createStaffSignInLink('ada@example.com', 'support', { minutesValid: 5 });
  expect(await accounts.actorOf(session)).toMatchObject({ role: 'support' });
});

test('nobody can give themselves a role', async () => {
  await ask('ada@example.com');
  const session = cookiesOf(await follow());
  session.set('content-type', 'application/json');
  session.set('origin', baseUrl);
  await accounts.handler(
    new Request(`${baseUrl}/api/auth/update-user`, {
      method: 'POST',
      headers: session,
      body: '{"role":"owner","name":"x"}',
    }),
  );
  expect(await accounts.actorOf(session)).toMatchObject({ role: null });
});

test.each([
  ['https://pay.example.com', true],
  ['http://pay.example.com', true],
  ['http://localhost:4000', false],
])('cookies of %s are secure: %s', async (url, secure) => {
  accounts = accountsWith({ baseUrl: url });
  await ask('ada@example.com');
  const cookies = (await follow()).headers.getSetCookie();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(/; secure/i.test(cookie)).toBe(secure);
    expect(cookie).toMatch(/; httponly/i);
  }
});

test.each([
  ['/account', '/account'],
  ['/ops/customers?state=failing', '/ops/customers?state=failing'],
  ['//evil.example', '/account'],
  ['/\\evil.example', '/account'],
  ['https://evil.example', '/account'],
  ['', '/account'],
])('returning to %j goes to %s', (path, expected) => {
  expect(localPath(path)).toBe(expected);
});
