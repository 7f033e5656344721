import type pg from 'pg';
import type { Logger } from 'pino';

/** The one graphile-worker task: a hint that there is work. Losing one costs a second, until the sweeper's next round. */
export const WAKE_TASK = 'onpaid_wake';

/**
 * Sends the hint from a process that is not the worker. Concurrent calls share one job; it runs in a statement of its own,
 * after the commit, because NOTIFY inside the insert's transaction would make all commits wait for each other.
 */
export function createWaker(pool: pg.Pool, log: Logger): () => void {
  let sending = false;
  let again = false;
  const send = async (): Promise<void> => {
    sending = true;
    do {
      again = false;
      try {
        await pool.query(`select graphile_worker.add_job($1, '{}'::json, max_attempts => 1)`, [WAKE_TASK]);
      } catch (error) {
        // Harmless: the sweeper finds the work. Told once a round, because a worker that never ran looks like this.
        log.debug({ err: error }, 'a wake-up could not be sent');
      }
    } while (again);
    sending = false;
  };
  return () => {
    if (sending) again = true;
    else void send();
  };
}
