import { pino } from 'pino';
import { convergeSubjects } from '../billing/converge.ts';
import { verifySubjects } from '../billing/verify.ts';
import type { LineContext } from '../context.ts';
import type { Connection, Slot } from '../effects/connection.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import { aPlan, aPolicy } from './policies.ts';
import type { SnapshotEvent } from './stripe-events.ts';
import type { TestDatabase } from './test-database.ts';

/** The line from recording to planning, on a database of a test's own and by a clock that only the test moves. */
export function aBillingLine(database: TestDatabase, clock: { at: Date }, overrides: Partial<LineContext> = {}) {
  const slots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];
  const context: LineContext = {
    db: database.db,
    log: pino({ level: 'silent' }),
    now: () => clock.at,
    policy: aPolicy({ plans: [aPlan('team')] }),
    baseUrl: 'https://northwind.example',
    stripe: null,
    connections: Object.fromEntries(slots.map((slot) => [slot, idleConnection(slot)])),
    workerId: 'worker-1',
    wake: () => {},
    reached: () => {},
    ...overrides,
  };

  return {
    async record(...events: SnapshotEvent[]): Promise<void> {
      const recorder = createRecorder({ pool: database.pool });
      const bodies = events.map((event) => Buffer.from(JSON.stringify(event)));
      await Promise.all(bodies.map((body) => recorder.record(readDelivery(body, 'test', clock.at))));
      await recorder.close();
    },

    /** Until there is nothing to do now. Reads wait a moment for more to come, so the clock moves a little. */
    async rest(): Promise<void> {
      for (let round = 0; round < 10; round += 1) {
        const converged = await convergeSubjects(context, { budgetMs: 0, limit: 100 });
        clock.at = new Date(clock.at.getTime() + 200);
        const verified = await verifySubjects(context, { budgetMs: 0 });
        if (converged + verified === 0) return;
      }
      throw new Error('The line does not come to rest.');
    },

    /** The messages that may be sent. */
    async messages(): Promise<string[]> {
      const { rows } = await database.pool.query<{ id: string }>(
        `select id from onpaid.effect where state = 'planned' and shape = 'message' order by id`,
      );
      return rows.map(({ id }) => id);
    },
  };
}

/** Only its presence in a slot matters here. */
function idleConnection(slot: Slot): Connection {
  const probe = async () => ({ ok: true, value: { account: null } }) as const;
  return { slot, vendor: 'none', label: 'None', ratePerSecond: 1, handlers: {}, probe };
}
