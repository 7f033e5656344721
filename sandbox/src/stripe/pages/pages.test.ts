import { describe, expect, it } from 'vitest';
import { buy, checkout, openShop, stock, submit } from '../testing/shop.ts';

describe('the payment page', () => {
  it('needs no script and nothing from elsewhere, and asks for no card', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id, { customer_email: 'ada@example.com' });
    const response = await fetch(session.url!);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:\/\//);
    expect([...page.matchAll(/<input[^>]* name="(\w+)"/g)].map((match) => match[1])).toEqual(['email', 'name']);
    expect(page).toContain('value="ada@example.com" readonly');
    expect(page).toContain('No card is asked for');
  });

  it('carries its own typeface', async () => {
    const { standIn } = await openShop();
    const response = await fetch(`${standIn.baseUrl}/fonts/latin.woff2`);
    expect(response.headers.get('content-type')).toBe('font/woff2');
    expect((await response.bytes()).byteLength).toBeGreaterThan(10_000);
  });

  it('shows names as text, never as markup', async () => {
    const { stripe } = await openShop();
    const product = await stripe.products.create({ name: '<img src=x onerror=alert(1)>' });
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 500 });
    const session = await checkout(stripe, price.id, { mode: 'payment' });
    expect(await (await fetch(session.url!)).text()).not.toContain('<img');
    const declined = await submit(session.url, 'decline', { name: '"><b>Ada' });
    expect(await declined.text()).not.toContain('<b>');
  });

  it('asks again for an e-mail address that is none, and takes no payment', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id);
    const answer = await submit(session.url, 'pay', { email: 'ada' });
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringContaining('Write a whole e-mail address'),
    ]);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
  });

  it('says so when there is no such checkout or invoice', async () => {
    const { standIn } = await openShop();
    for (const path of ['/c/pay/cs_test_none', '/i/in_none']) {
      const response = await fetch(standIn.baseUrl + path);
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('There is no such')]);
    }
  });

  it('answers no form that another site posts', async () => {
    const { stripe, standIn } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id);
    const forged = await fetch(session.url!, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
      body: new URLSearchParams({ action: 'pay', email: 'ada@example.com' }),
    });
    const reset = await fetch(`${standIn.baseUrl}/_control/reset`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect([forged.status, reset.status]).toEqual([403, 403]);
  });
});

describe('the page of an invoice', () => {
  it('is a receipt once the invoice is paid', async () => {
    const { stripe } = await openShop({ now: () => new Date('2026-11-22T12:00:00Z') });
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    const invoice = await stripe.invoices.retrieve(String(session.invoice));
    const page = await (await fetch(invoice.hosted_invoice_url!)).text();
    expect(page).toContain('1 × Pro (at $29.00 / month)');
    expect(page).toContain('Paid on Nov 22, 2026');
    expect((await submit(invoice.hosted_invoice_url!, 'pay')).status).toBe(409);
  });
});
