import { found } from './api/errors.ts';
import { newId } from './ids.ts';
import type { State } from './state.ts';

/** The secrets an endpoint's deliveries are signed with: the present one, and rolled ones for as long as they last. */
export function activeSecrets(state: State, endpointId: string): string[] {
  const secrets = state.endpointSecrets.get(endpointId) ?? [];
  return secrets.filter((secret) => (state.retiringSecrets.get(secret) ?? Infinity) > Date.now());
}

/** Gives an endpoint a new secret; the ones before it sign beside it until they expire, in real time as it is signed in. */
export function rollSecret(
  state: State,
  endpointId: string,
  { expiresInMs, secret = newId.secret() }: { expiresInMs: number; secret?: string | undefined },
): string {
  found(state.webhookEndpoints, 'webhook_endpoint', endpointId);
  const before = activeSecrets(state, endpointId);
  for (const old of before) {
    const already = state.retiringSecrets.get(old) ?? Infinity;
    state.retiringSecrets.set(old, Math.min(already, Date.now() + expiresInMs));
  }
  state.endpointSecrets.set(endpointId, [secret, ...before]);
  return secret;
}
