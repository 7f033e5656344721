import { isUtf8 } from 'node:buffer';

/**
 * What must never be stored, taken out before storage. Payment details are cut to an allow-list, because Stripe adds
 * methods and fields; what opens or charges something goes by its name; a card number goes wherever it stands.
 */

/** Enough to say "Visa ending 4242, expires 4/2031" or "Deutsche Bank (DE) ending 3000". */
const KEPT_OF_PAYMENT_DETAILS: ReadonlySet<string> = new Set([
  ...['id', 'object', 'type', 'customer', 'deleted', 'brand', 'display_brand', 'last4', 'iban_last4', 'exp_month'],
  ...['exp_year', 'bank', 'bank_name', 'country'],
]);

/** Names under which payment details stand; the details of any other kind are found through their payment method's `type`. */
const PAYMENT_DETAILS: ReadonlySet<string> = new Set([
  ...['card', 'card_present', 'interac_present', 'bank_account', 'us_bank_account', 'sepa_debit', 'acss_debit'],
  ...['au_becs_debit', 'bacs_debit', 'nz_bank_account', 'ach_debit', 'ach_credit_transfer', 'link', 'paypal', 'wallet'],
]);
const PAYMENT_OBJECTS: ReadonlySet<unknown> = new Set(['card', 'bank_account', 'issuing.card']);
const PAYMENT_METHODS: ReadonlySet<string> = new Set(['payment_method_details', 'payment_method_preview']);

const REMOVED: ReadonlySet<string> = new Set([
  ...['client_secret', 'confirmation_secret', 'ephemeral_key', 'secret', 'persistent_token', 'fingerprint'],
  ...['cvc', 'cvv', 'cvc2', 'cvv2', 'security_code', 'pan'],
  ...['account_number', 'routing_number', 'iban', 'sort_code', 'clabe', 'bsb_number', 'transit_number'],
]);

/** Deeper than any event; what nests deeper is kept as text, since walking it could exhaust the stack. */
const MAX_DEPTH = 60;

/** The document, when the body is one, and the bytes that may be stored. Either way the sender's bytes are not needed again. */
export function redact(body: Buffer): { document: unknown; bytes: Buffer } {
  const document = parseJson(body);
  if (document === undefined || !redactValue(document, '', 0)) {
    return { document: undefined, bytes: redactRaw(body) };
  }
  return { document, bytes: Buffer.from(JSON.stringify(document)) };
}

function parseJson(body: Buffer): unknown {
  // Decoding would quietly replace what is not UTF-8, and the stored bytes would no longer say what was sent.
  if (!isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** In place: `JSON.parse` has just made the value for us. False when it nests too deep. */
function redactValue(value: unknown, name: string, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  const holder = value as Record<string, unknown>;
  if (PAYMENT_OBJECTS.has(holder.object)) keepSummary(holder);
  // A payment method names its kind in `type` and keeps the details under that name, kinds yet to come included.
  const isPaymentMethod = PAYMENT_METHODS.has(name) || holder.object === 'payment_method' || holder.object === 'source';

  for (const key of Object.keys(holder)) {
    const child = holder[key];
    if (REMOVED.has(key) || holdsCardNumber(key)) {
      delete holder[key];
    } else if (typeof child === 'string') {
      if (holdsCardNumber(child)) holder[key] = maskCardNumbers(child);
    } else if (typeof child === 'number') {
      if (child > 1e11 && holdsCardNumber(String(child))) holder[key] = 0;
    } else if (typeof child === 'object' && child !== null) {
      if (PAYMENT_DETAILS.has(key) || (isPaymentMethod && key === holder.type)) keepSummary(child);
      if (!redactValue(child, key, depth + 1)) return false;
    }
  }
  return true;
}

function keepSummary(details: object): void {
  for (const key of Object.keys(details)) {
    if (!KEPT_OF_PAYMENT_DETAILS.has(key)) delete (details as Record<string, unknown>)[key];
  }
}

/** Latin-1 maps every byte to one character and back, so that bytes of any kind stay as they were around what is masked. */
function redactRaw(body: Buffer): Buffer {
  const text = body
    .toString('latin1')
    .replace(/(_secret_)[A-Za-z0-9]+/g, '$1***')
    .replace(/((?:cvc|cvv|security_code)2?\W{1,8})\d{3,4}(?!\d)/gi, '$1***');
  return Buffer.from(maskCardNumbers(text), 'latin1');
}

/** Thirteen digits or more, with at most one space or dash between two. */
const DIGIT_RUN = /\d(?:[ -]?\d){12,}/g;
const DIGIT_RUN_ONCE = /\d(?:[ -]?\d){12}/;

function holdsCardNumber(text: string): boolean {
  return text.length >= 13 && DIGIT_RUN_ONCE.test(text) && maskCardNumbers(text) !== text;
}

/** `4242 4242 4242 4242` becomes `**** **** **** 4242`. */
export function maskCardNumbers(text: string): string {
  return text.replace(DIGIT_RUN, maskRun);
}

/** A run may hold more than the number (an expiry after it), so every group of digits in it may begin one or end one. */
function maskRun(run: string): string {
  const digits = run.replace(/[ -]/g, '');
  const masked = [...run];
  const places = masked.flatMap((character, place) => (isDigit(character) ? [place] : []));
  const beginsGroup = (index: number) => index === 0 || !isDigit(run[(places[index] ?? 0) - 1]);
  const endsGroup = (index: number) => !isDigit(run[(places[index] ?? 0) + 1]);
  for (let first = 0; first + 13 <= digits.length; first += 1) {
    if (!beginsGroup(first)) continue;
    for (let length = Math.min(19, digits.length - first); length >= 13; length -= 1) {
      if (!endsGroup(first + length - 1) || !isCardNumber(digits.slice(first, first + length))) continue;
      for (const place of places.slice(first, first + length - 4)) masked[place] = '*';
      first += length - 1;
      break;
    }
  }
  return masked.join('');
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

const ISSUED =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11,16}|(?:6|35|50|5[6-8])\d{11,18})$/;

/** An issuer's first digits, its length, and the Luhn sum: an order number or a time in milliseconds seldom has all three. */
function isCardNumber(digits: string): boolean {
  if (!ISSUED.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const value = index % 2 === 0 ? digit : digit * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
