import type { Connection } from './connection.ts';
import type { Answer } from './outcome.ts';
import { admit, freshPace, giveBack, learn, type Pace } from './pacing.ts';

/** Holds the pace of one connection for this process. */
export interface PaceKeeper {
  readonly value: Pace;
  /** Null: go. Otherwise when to ask again. */
  admit(now: Date): { until: Date | null } | null;
  giveBack(): void;
  learn(answer: Answer, now: Date): void;
}

const keepers = new WeakMap<Connection, PaceKeeper>();

export function paceOf(connection: Connection, now: Date): PaceKeeper {
  const known = keepers.get(connection);
  if (known !== undefined) return known;
  const keeper = keep(connection.ratePerSecond, now);
  keepers.set(connection, keeper);
  return keeper;
}

function keep(ratePerSecond: number, now: Date): PaceKeeper {
  let value = freshPace(ratePerSecond, now);
  return {
    get value() {
      return value;
    },
    admit(at) {
      const admission = admit(value, ratePerSecond, at);
      value = admission.pace;
      return admission.admitted ? null : { until: admission.until };
    },
    giveBack() {
      value = giveBack(value);
    },
    learn({ result }, at) {
      value = learn(value, lessonOf(result), at);
    },
  };
}

function lessonOf(result: Answer['result']): Parameters<typeof learn>[1] {
  if (result.ok) return 'answered';
  switch (result.failure.kind) {
    case 'retryable':
    case 'ambiguous':
      return 'failed';
    case 'rate_limited':
      return { limitedUntil: result.failure.retryAt };
    default:
      return 'answered';
  }
}
