import { createHash } from 'node:crypto';

/** A webhook endpoint as far as we compare it. */
export interface Endpoint {
  id: string;
  url: string;
  api_version: string | null;
  enabled_events: string[];
  status: string;
  created: number;
  metadata: Record<string, string>;
}

export interface WantedEndpoint {
  url: string;
  types: readonly string[];
  version: string;
}

export type EndpointStep =
  | { kind: 'create' }
  | { kind: 'keep'; endpoint: Endpoint }
  | { kind: 'update'; endpoint: Endpoint; missing: string[]; extra: string[]; isDisabled: boolean }
  /** Somebody made one at our address by hand, and only they know why. */
  | { kind: 'leave'; endpoint: Endpoint };

export interface EndpointPlan {
  step: EndpointStep;
  /** Ours, at our address, of another version or made twice. */
  others: Endpoint[];
  /** Those of them that go now, because their successor is in use. */
  remove: Endpoint[];
}

/** Ours are marked, so that one made by hand is never changed. */
export const ENDPOINT_MARK = 'onpaid';
/** Tells later whether a secret is this endpoint's, which Stripe itself does not; it tells nothing about the secret. */
export const SECRET_MARK = 'onpaid_secret';

/**
 * What to do so that exactly one endpoint of ours has the wanted address, types and version. A version cannot be changed: with
 * `replace` a new one is made beside the old, and a later run removes the old, once the new one's secret is among those in use.
 */
export function planEndpoint(
  endpoints: readonly Endpoint[],
  wanted: WantedEndpoint,
  { replace, secrets }: { replace: boolean; secrets: readonly string[] },
): EndpointPlan {
  const here = endpoints.filter((endpoint) => isSameUrl(endpoint.url, wanted.url)).toSorted(newestFirst);
  const ours = here.filter(isOurs);
  const fresh = ours.filter((endpoint) => endpoint.api_version === wanted.version);
  const chosen = fresh.find((endpoint) => isSecretOf(endpoint, secrets)) ?? fresh[0];
  if (chosen !== undefined) {
    const others = ours.filter((endpoint) => endpoint !== chosen);
    const remove = replace && isSecretOf(chosen, secrets) ? others : [];
    return { step: compare(chosen, wanted), others, remove };
  }
  const [old] = ours;
  if (old !== undefined) {
    return { step: replace ? { kind: 'create' } : compare(old, wanted), others: ours, remove: [] };
  }
  const [foreign] = here;
  const step: EndpointStep = foreign && !replace ? { kind: 'leave', endpoint: foreign } : { kind: 'create' };
  return { step, others: [], remove: [] };
}

function compare(endpoint: Endpoint, wanted: WantedEndpoint): EndpointStep {
  const { missing, extra } = compareTypes(endpoint, wanted.types);
  const isDisabled = endpoint.status !== 'enabled';
  if (missing.length + extra.length === 0 && !isDisabled) return { kind: 'keep', endpoint };
  return { kind: 'update', endpoint, missing, extra, isDisabled };
}

export function compareTypes(
  { enabled_events: enabled }: Pick<Endpoint, 'enabled_events'>,
  types: readonly string[],
): { missing: string[]; extra: string[] } {
  const isEverything = enabled.includes('*');
  return {
    missing: isEverything ? [] : types.filter((type) => !enabled.includes(type)),
    extra: enabled.filter((type) => !types.includes(type)),
  };
}

export function isOurs(endpoint: Pick<Endpoint, 'metadata'>): boolean {
  return ENDPOINT_MARK in endpoint.metadata;
}

export function isSameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}

/** Null where the endpoint is not marked: then nobody can tell. */
export function isSecretOf(endpoint: Pick<Endpoint, 'metadata'>, secrets: readonly string[]): boolean | null {
  const mark = endpoint.metadata[SECRET_MARK];
  return mark === undefined ? null : secrets.some((secret) => markOf(secret) === mark);
}

export function markOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}

function newestFirst(one: Endpoint, other: Endpoint): number {
  return other.created - one.created;
}
