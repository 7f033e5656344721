import { setTimeout as delay } from 'node:timers/promises';
import type { LineContext } from '../context.ts';
import {
  countBlocks,
  deleteStretch,
  dropPartition,
  holdsUnprojected,
  isLockTimeout,
  listPartitions,
  type Partition,
} from './retention-store.ts';

export interface Purged {
  /** Whole months, gone at once. */
  dropped: string[];
  /** Bodies of months that are partly older, and of the rest. */
  deleted: number;
  /** Months whose lock could not be had; the next night tries again. */
  postponed: string[];
}

const DAY_MS = 86_400_000;
const LOCK_TIMEOUT_MS = 200;
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 500;
/** Two megabytes: some thousand bodies, deleted within milliseconds. */
const BLOCKS_A_STRETCH = 256;

/**
 * Forgets the bodies of events older than so many days. Their keys, what came of them, and all that screens show stay; what is
 * not projected yet stays whole.
 */
export async function purgePayloads(
  { db, log, now }: Pick<LineContext, 'db' | 'log' | 'now'>,
  { eventsDays }: { eventsDays: number },
  signal: AbortSignal = new AbortController().signal,
): Promise<Purged> {
  const before = new Date(now().getTime() - eventsDays * DAY_MS);
  const purged: Purged = { dropped: [], deleted: 0, postponed: [] };
  for (const partition of await listPartitions(db)) {
    if (signal.aborted) break;
    if (partition.until === null || partition.until > before || (await holdsUnprojected(db, partition))) {
      purged.deleted += await deleteOlder(partition);
    } else if (await drop(partition)) purged.dropped.push(partition.name);
    else purged.postponed.push(partition.name);
  }
  log.info({ ...purged, before }, 'bodies of old events were purged');
  return purged;

  async function deleteOlder(partition: Partition): Promise<number> {
    const blocks = await countBlocks(db, partition);
    let deleted = 0;
    for (let from = 0; from < blocks && !signal.aborted; from += BLOCKS_A_STRETCH) {
      deleted += await deleteStretch(db, partition, { from, to: from + BLOCKS_A_STRETCH, before });
    }
    return deleted;
  }

  /** Between two tries, whoever waited behind this one goes first. */
  async function drop(partition: Partition): Promise<boolean> {
    for (let attempt = 1; attempt <= LOCK_TRIES && !signal.aborted; attempt += 1) {
      try {
        await db.transaction().execute((tx) => dropPartition(tx, partition, LOCK_TIMEOUT_MS));
        return true;
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        await delay(LOCK_PAUSE_MS);
      }
    }
    log.warn({ partition: partition.name }, 'a month of old events could not be dropped, because it is in use');
    return false;
  }
}
