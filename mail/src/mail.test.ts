import { toPlainText } from 'react-email';
import { expect, test } from 'vitest';
import {
  type Money,
  renderAccessEnded,
  renderActionRequired,
  renderOrderFailed,
  renderPaymentFailed,
  renderRefunded,
  renderSignInLink,
  renderTrialEnding,
  renderWelcome,
} from './index.ts';
import {
  sampleAccessEnded,
  sampleActionRequired,
  sampleOrderFailed,
  samplePaymentFailed,
  sampleRefunded,
  sampleSignInLink,
  sampleTrialEnding,
  sampleWelcome,
} from './samples.ts';

const everyMail = [
  ['welcome', () => renderWelcome(sampleWelcome), 'Your Northwind Notes account is ready'],
  [
    'payment failed',
    () => renderPaymentFailed(samplePaymentFailed),
    'Your payment of $29.00 to Northwind Notes did not go through',
  ],
  [
    'action required',
    () => renderActionRequired(sampleActionRequired),
    'Your bank wants you to confirm $29.00 to Northwind Notes',
  ],
  [
    'order failed',
    () => renderOrderFailed(sampleOrderFailed),
    'Your payment of $149.00 to Northwind Notes did not arrive',
  ],
  [
    'trial ending',
    () => renderTrialEnding(sampleTrialEnding),
    'Your trial of Northwind Notes ends on December 6, 2026 at 14:02 UTC',
  ],
  ['refunded', () => renderRefunded(sampleRefunded), 'Your refund of $14.50 from Northwind Notes'],
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

test.each(everyMail)('%s: in a dark mode no white is left, nor black on black', async (_, render) => {
  const elements = (await render()).html.match(/<[a-z][^>]*style="[^"]*"[^>]*>/g) ?? [];
  const classOf = (element: string) => /class="([^"]*)"/.exec(element)?.[1] ?? '';
  const white = elements.filter((element) => element.includes('background-color:#ffffff'));
  const black = elements.filter((element) => /[;"]color:#18181b/.test(element));
  expect(white.length).toBeGreaterThan(0);
  expect(white.filter((element) => !classOf(element).includes('paper'))).toEqual([]);
  expect(black.filter((element) => !classOf(element).includes('ink'))).toEqual([]);
});

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
  ['insufficient_funds', 'We could not take $29.00 for the Pro plan: there was not enough money in the account.\n'],
  ['expired_card', ': the card has expired. Use another card, or the new one.\n'],
  ['authentication_required', ': your bank wants you to confirm it first. It asks you when you pay'],
  ['lost_card', ': your bank refused this card. Your bank can tell you more.'],
  ['stolen_card', ': your bank refused this card. Your bank can tell you more.'],
  ['fraudulent', ': this card was not accepted. Another card may work.\n'],
  ['account_closed', ': the bank account cannot be debited. Use another account or a card.\n'],
])('the code %s is told in words', async (failureCode, words) => {
  expect((await renderPaymentFailed({ ...samplePaymentFailed, failureCode })).text).toContain(words);
});

test.each(['lost_card', 'stolen_card', 'pickup_card', 'fraudulent', 'merchant_blacklist', 'security_violation'])(
  'the code %s accuses nobody',
  async (failureCode) => {
    const { text, subject } = await renderPaymentFailed({ ...samplePaymentFailed, failureCode });
    expect(subject + text).not.toMatch(/lost|stolen|fraud|blacklist|block|security|suspect/i);
  },
);

test.each(['constructor', 'toString', '__proto__', ''])('the code %j is no reason', async (failureCode) => {
  const { text } = await renderPaymentFailed({ ...samplePaymentFailed, failureCode });
  expect(text).toContain('We could not take $29.00 for the Pro plan.\n');
});

test('what the bank wants confirmed is never called a failure', async () => {
  const { text, subject } = await renderActionRequired(sampleActionRequired);
  expect(subject + text).not.toMatch(/fail|declin|refus|not go through|problem|wrong|unfortunately|sorry/i);
  expect(text).toContain(`Confirm the payment:\n${sampleActionRequired.confirmUrl}`);
});

test('a trial that ends says when, what is due then, and where to cancel before', async () => {
  const { text } = await renderTrialEnding(sampleTrialEnding);
  expect(text).toContain('Your trial of the Pro plan ends on December 6, 2026 at 14:02 UTC.');
  expect(text).toContain('Your first payment of $29.00, before tax and discounts, is due then.');
  expect(text).toContain('cancel there before your trial ends, and nothing is charged.');
  expect(text).toContain('Keep or cancel your plan:\nhttps://northwind.example/account');
});

test('a trial whose first charge is not fixed names no amount', async () => {
  const { text } = await renderTrialEnding({ ...sampleTrialEnding, plan: null, firstCharge: null });
  expect(text).toContain('Your trial ends on December 6, 2026 at 14:02 UTC. Your first payment is due then.');
  expect(text).not.toContain('$');
});

test('a refund says whether it is all of the payment, and nothing about access', async () => {
  const part = await renderRefunded(sampleRefunded);
  const whole = await renderRefunded({ ...sampleRefunded, isWhole: true });
  expect(part.text).toContain('We have refunded $14.50 for the Pro plan: a part of your payment.');
  expect(whole.text).toContain('We have refunded $14.50 for the Pro plan: your whole payment.');
  expect(part.text + whole.text).toContain('5 to 10 business days');
  expect(part.text + whole.text).not.toMatch(/access/i);
});

test('an order without a known amount or plan still says that it is not complete', async () => {
  const { subject, text } = await renderOrderFailed({ ...sampleOrderFailed, due: null, plan: null });
  expect(subject).toBe('Your payment to Northwind Notes did not arrive');
  expect(text).toContain('Your payment did not arrive, so your order is not complete.');
});

const chargesOf: [string, (money: Money) => Promise<{ subject: string; text: string; html: string }>][] = [
  ['welcome', (paid) => renderWelcome({ ...sampleWelcome, paid })],
  ['payment failed', (due) => renderPaymentFailed({ ...samplePaymentFailed, due })],
  ['action required', (due) => renderActionRequired({ ...sampleActionRequired, due })],
  ['order failed', (due) => renderOrderFailed({ ...sampleOrderFailed, due })],
  ['trial ending', (firstCharge) => renderTrialEnding({ ...sampleTrialEnding, firstCharge })],
  ['refunded', (refunded) => renderRefunded({ ...sampleRefunded, refunded })],
];
test.each(chargesOf)('%s: an amount has the decimals of its currency', async (_, render) => {
  const written = async (amountCents: number, currency: string) =>
    (await render({ amountCents, currency })).text.replaceAll('\u00a0', ' ');
  expect(await written(2900, 'jpy')).toContain('¥2,900');
  expect(await written(29_500, 'kwd')).toContain('KWD 29.500');
  expect(await written(290_000, 'huf')).toContain('HUF 2,900');
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
