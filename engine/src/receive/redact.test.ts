import { expect, test } from 'vitest';
import { aCheckoutSession, anInvoice, aPaymentMethod, aSubscription } from '../testing/stripe-objects.ts';
import { maskCardNumbers, redact } from './redact.ts';

const redacted = (value: unknown) => redact(Buffer.from(JSON.stringify(value))).document;

test('a card is cut to what a person recognises it by', () => {
  const method = redacted(aPaymentMethod()) as { card: object; customer: string };
  expect(method.card).toEqual({
    brand: 'visa',
    country: 'IE',
    display_brand: 'visa',
    exp_month: 4,
    exp_year: 2031,
    last4: '4242',
  });
  expect(method.customer).toBe('cus_1');
});

test('a bank account is cut to its bank, country and last four', () => {
  const charge = {
    payment_method_details: {
      type: 'us_bank_account',
      us_bank_account: { bank_name: 'STRIPE TEST BANK', last4: '6789', routing_number: '110000000', fingerprint: 'f' },
    },
  };
  expect(redacted(charge)).toEqual({
    payment_method_details: {
      type: 'us_bank_account',
      us_bank_account: { bank_name: 'STRIPE TEST BANK', last4: '6789' },
    },
  });
  const legacy = { object: 'bank_account', id: 'ba_1', country: 'US', account_holder_name: 'Ada', last4: '6789' };
  expect(redacted({ default_source: legacy })).toEqual({
    default_source: { object: 'bank_account', id: 'ba_1', country: 'US', last4: '6789' },
  });
});

test('the details of a payment method nobody has heard of yet are cut too', () => {
  const details = { type: 'moon_pay', moon_pay: { wallet_number: '99', last4: '0001' } };
  expect(redacted({ payment_method_details: details })).toEqual({
    payment_method_details: { type: 'moon_pay', moon_pay: { last4: '0001' } },
  });
});

test.each(['client_secret', 'confirmation_secret', 'cvc', 'fingerprint', 'iban', 'account_number'])(
  '%s is removed wherever it stands',
  (name) => {
    expect(redacted({ a: [{ [name]: 'x', kept: 1 }], [name]: { client_secret: 'y' } })).toEqual({ a: [{ kept: 1 }] });
  },
);

test.each([
  ['a subscription', aSubscription({ metadata: { campaign: 'spring', clickedAt: '1762077600123' } })],
  ['an invoice', anInvoice()],
])('%s that holds no payment details stays as it is', (_, object) => {
  expect(redacted(object)).toEqual(object);
});

test('a checkout session keeps everything but the client secret and the card options', () => {
  const session = aCheckoutSession({ client_secret: 'cs_test_1_secret_abc' });
  const { client_secret: _, ...kept } = session;
  expect(redacted(session)).toEqual({ ...kept, payment_method_options: { card: {} } });
});

test('a card number typed into a text, a number or a field name is not kept', () => {
  const kept = JSON.stringify(
    redacted({
      metadata: {
        note: 'my card 4242 4242 4242 4242 04/31 please',
        '5555555555554444': 'yes',
        amex: '3782-822463-10005',
      },
      reference: 4000056655665556,
    }),
  );
  expect(kept).toContain('my card **** **** **** 4242 04/31 please');
  expect(kept).not.toMatch(/5555555555554444|822463|4000056655665556/);
});

test.each([
  ['4242424242424242', '************4242'],
  ['4242 4242 4242 4242 04 31', '**** **** **** 4242 04 31'],
  ['1 4242 4242 4242 4242', '1 **** **** **** 4242'],
  ['4242424242424241', '4242424242424241'],
  ['1762077600123', '1762077600123'],
  ['42424242424242424242', '42424242424242424242'],
  ['order 12345678', 'order 12345678'],
])('of "%s" is kept "%s"', (text, kept) => {
  expect(maskCardNumbers(text)).toBe(kept);
});

test('what does not parse loses card numbers, security codes and client secrets, and not one byte else', () => {
  const sent = Buffer.concat([
    Buffer.from('{"card":"4242424242424242","cvc":"123","s":"pi_1_secret_aBc9",'),
    Buffer.from([0xff, 0x00, 0xfe]),
  ]);
  const { document, bytes } = redact(sent);
  expect(document).toBeUndefined();
  expect(bytes.toString('latin1')).toBe(
    '{"card":"************4242","cvc":"***","s":"pi_1_secret_***",\u00ff\u0000\u00fe',
  );
});

test('a body nested deeper than a stack can walk is kept as text', () => {
  const deep = Buffer.from('['.repeat(300_000) + ']'.repeat(300_000));
  const { document, bytes } = redact(deep);
  expect(document).toBeUndefined();
  expect(bytes.equals(deep)).toBe(true);
});

test('a field called __proto__ is a field like any other', () => {
  const { bytes } = redact(Buffer.from('{"__proto__":{"cvc":"123","a":1}}'));
  expect(bytes.toString()).toBe('{"__proto__":{"a":1}}');
});
