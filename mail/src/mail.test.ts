import { toPlainText } from 'react-email';
import { expect, test } from 'vitest';
import { renderAccessEnded, renderPaymentFailed, renderSignInLink, renderWelcome } from './index.ts';
import { sampleAccessEnded, samplePaymentFailed, sampleSignInLink, sampleWelcome } from './samples.ts';

const everyMail = [
  ['welcome', () => renderWelcome(sampleWelcome), 'Your Northwind Notes account is ready'],
  [
    'payment failed',
    () => renderPaymentFailed(samplePaymentFailed),
    'Your payment of $29.00 to Northwind Notes did not go through',
  ],
  ['access ended', () => renderAccessEnded(sampleAccessEnded), 'Your access to Northwind Notes has ended'],
  ['sign-in link', () => renderSignInLink(sampleSignInLink), 'Sign in to Northwind Notes'],
] as const;

test.each(everyMail)('%s: the subject says what it is', async (_, render, subject) => {
  expect((await render()).subject).toBe(subject);
});

test.each(everyMail)('%s: the plain text has every link and every figure that the HTML has', async (_, render) => {
  const { text, html } = await render();
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, url = '']) => url.replaceAll('&amp;', '&'));
  const figures = toPlainText(html).match(/\d[\d.,:]*\d/g) ?? [];
  expect(links.length).toBeGreaterThan(2);
  expect(figures.length).toBeGreaterThan(2);
  expect(links.filter((url) => !text.includes(url.replace('mailto:', '')))).toEqual([]);
  expect(figures.filter((figure) => !text.includes(figure))).toEqual([]);
});

test.each(everyMail)('%s: the plain text is readable', async (_, render) => {
  const { text } = await render();
  expect(text).not.toMatch(/[<>]|&[a-z]+;|undefined|null|NaN|Invalid|\n{3}|[^ -~\n’]/);
});

test.each(everyMail)(
  '%s: the HTML names its language, is one column for phones and knows a dark mode',
  async (_, render) => {
    const { html } = await render();
    expect(html).toContain('lang="en"');
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('name="viewport"');
  },
);

test('a mail about a free start speaks of no payment', async () => {
  const { text, html } = await renderWelcome({ ...sampleWelcome, paid: null, invoiceNumber: null, invoiceUrl: null });
  expect(text).toContain('Your account is ready.');
  expect(text + html).not.toMatch(/payment|paid|received/i);
});

test('a failed payment without a known reason, next attempt or grace claims none', async () => {
  const { text } = await renderPaymentFailed({
    ...samplePaymentFailed,
    failureCode: 'a_code_of_tomorrow',
    nextAttemptAt: null,
    graceEndsAt: null,
  });
  expect(text).toContain('We could not take $29.00 for the Pro plan.\n');
  expect(text).toContain('We will not try again by ourselves.');
  expect(text).not.toMatch(/until|tomorrow/);
});

test.each([
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  'Ana\r\nBcc: everyone@example.com',
  'You won: https://evil.example',
  'Click evil.example now',
])('the name %j neither becomes HTML nor advertises', async (name) => {
  const { html, text, subject } = await renderWelcome({ ...sampleWelcome, person: { email: 'ana@example.com', name } });
  expect(html).not.toMatch(/<img|<script|onerror=alert\(1\)>/);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(html + text).not.toMatch(/evil\.example|everyone@/);
});

test('an ordinary name with a dot or an ampersand is greeted, and escaped', async () => {
  const { html, text } = await renderWelcome({
    ...sampleWelcome,
    person: { email: 'jr@example.com', name: 'J. R. Hart & Sons' },
  });
  expect(text).toContain('Hello J. R. Hart & Sons,');
  expect(html).toContain('Hello J. R. Hart &amp; Sons,');
});

test('a link that is no web address is refused', async () => {
  await expect(renderSignInLink({ ...sampleSignInLink, url: 'javascript:alert(1)' })).rejects.toThrow(
    'is not a web address',
  );
});

test('a colour that is no hex colour is refused by name', async () => {
  const brand = { ...sampleWelcome.brand, accentColor: 'teal' };
  await expect(renderWelcome({ ...sampleWelcome, brand })).rejects.toThrow('accentColor is "teal"');
});

test('the logo stands in for the name, and is named', async () => {
  const brand = { ...sampleWelcome.brand, logoUrl: 'https://northwind.example/logo.png' };
  const { html } = await renderWelcome({ ...sampleWelcome, brand });
  expect(html).toMatch(/<img[^>]+alt="Northwind Notes"/);
});
