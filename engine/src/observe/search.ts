/** What somebody typed into the search box, or named on the command line. */
export type Search =
  /** An id of Stripe's or ours, looked up exactly. */
  | { kind: 'id'; id: string }
  | { kind: 'email'; prefix: string }
  /** The beginning of a name or of an address. */
  | { kind: 'text'; prefix: string };

export function parseSearch(text: string): Search | null {
  const trimmed = text.trim().slice(0, 200);
  if (trimmed === '') return null;
  // Stripe's ids are a short kind, an underscore and at least a dozen letters and digits; cs_test_… has one part more.
  if (/^[a-z]{2,8}_(test_|live_)?[A-Za-z0-9_]{3,}$/.test(trimmed) || isUuid(trimmed))
    return { kind: 'id', id: trimmed };
  const prefix = trimmed.toLowerCase();
  return prefix.includes('@') ? { kind: 'email', prefix } : { kind: 'text', prefix };
}

/** For `like`: what the person typed means itself, never a wildcard. */
export function startingWith(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
