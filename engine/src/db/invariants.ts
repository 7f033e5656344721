import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface InvariantViolation {
  /** As in `0002-invariants.sql`, e.g. `sending_past_lease`. */
  name: string;
  /** The row that breaks it. */
  id: string;
  ageSeconds: number;
}

/** The oldest hundred rows that break a promise of the line; empty when all is well. */
export async function readInvariantViolations(db: Database): Promise<InvariantViolation[]> {
  const { rows } = await sql<InvariantViolation>`
    select name, id, age_seconds as "ageSeconds"
    from onpaid.invariant_violation
    order by age_seconds desc nulls last
    limit 100
  `.execute(db);
  return rows;
}
