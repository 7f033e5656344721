import type { DriftRecord, Mode, OnpaidConfig, WebhookRecord } from '@onpaid/engine';
import type { Endpoint, WantedEndpoint } from '../plan.ts';
import type { ExistingPrice } from '../prices.ts';

/** What could not be found out says why, and never counts as well. */
export type Known<T> = { known: true; value: T } | { known: false; why: string };

export interface PromotionFacts {
  /** How far back was looked. */
  hours: number;
  config: OnpaidConfig;
  staging: {
    mode: Mode;
    url: string;
    polls: boolean;
    webhook: WebhookRecord;
    /** Ids of events Stripe could not deliver, and we do not have. */
    undelivered: Known<string[]>;
    endpoints: Known<Endpoint[]>;
    secrets: string[];
    violations: string[];
    openIssues: number;
    unknownEffects: number;
    drift: DriftRecord;
  };
  live: {
    wanted: WantedEndpoint;
    key: 'live' | 'other' | 'none';
    chargesEnabled: Known<boolean>;
    endpoints: Known<Endpoint[]>;
    prices: Known<ExistingPrice[]>;
  };
}

export interface Finding {
  result: 'pass' | 'fail' | 'unknown';
  detail: string;
  /** What to do about it; nothing where it passes. */
  fix: string;
}

export const pass = (detail: string): Finding => ({ result: 'pass', detail, fix: '' });
export const fail = (detail: string, fix: string): Finding => ({ result: 'fail', detail, fix });
export const unknown = (detail: string, fix: string): Finding => ({ result: 'unknown', detail, fix });

/** The first few, and how many more. */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
