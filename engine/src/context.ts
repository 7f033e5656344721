import type { Logger } from 'pino';
import type { StripeReader } from './billing/snapshot.ts';
import type { Policy } from './config.ts';
import type { Database } from './db/database.ts';
import type { Connection, Slot } from './effects/connection.ts';

/** What the line works with. Built once per program; tests build only what they need. */
export interface LineContext {
  db: Database;
  log: Logger;
  now(): Date;
  policy: Policy;
  /** Public address, for links in effects. */
  baseUrl: string;
  /** Null without an API key: payloads alone, and said so. */
  stripe: StripeReader | null;
  /** At most one connection a slot; an empty slot's effects are not planned. */
  connections: Partial<Record<Slot, Connection>>;
  /** Names this process in leases. */
  workerId: string;
  /** Called after a commit that made work, to wake whoever does it; may be lost harmlessly. */
  wake(what: 'subjects' | 'effects'): void;
  /** Tests end the process here, an effect's points at one slot alone; in production it does nothing. */
  reached(point: CrashPoint, slot?: Slot): void;
}

/** Named places between two commits, or between a commit and a vendor call, where a crash must lose and double nothing. */
export type CrashPoint =
  | 'subject.claimed'
  | 'subject.projected'
  | 'subject.committed'
  | 'subject.verified'
  | 'effect.claimed'
  | 'effect.sending'
  | 'effect.answered'
  | 'effect.settled';
