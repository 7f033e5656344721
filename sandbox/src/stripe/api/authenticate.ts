import type { State } from '../state.ts';
import { StripeError } from './errors.ts';
import type { Permissions } from './permissions.ts';

/** The key a request carries, as Bearer or as Basic auth; empty when it carries none. */
export function keyOf(header: string | undefined): string {
  const [scheme = '', credentials = ''] = (header ?? '').split(' ');
  const basic = scheme.toLowerCase() === 'basic';
  return basic ? Buffer.from(credentials, 'base64').toString().replace(/:.*$/, '') : credentials;
}

/** What a restricted key may do; a key nobody made is refused. */
export function restrictedKey(state: State, key: string): Permissions {
  const permissions = state.restrictedKeys.get(key);
  if (permissions) return permissions;
  throw new StripeError(
    401,
    'invalid_request_error',
    key === ''
      ? 'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.'
      : `Invalid API Key provided: ${key.slice(0, 8)}****`,
  );
}
