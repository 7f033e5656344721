import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Delivery, Disposition } from './delivery.ts';
import { isConflictOfLocks, isRefusal, noteDelivered, type Origin, recordEvents, type WrittenRow } from './store.ts';

export type Recorded = Disposition | 'duplicate';

export interface Recorder {
  /**
   * Resolves once the event is durable. Rejects with RecorderUnavailable when it may not be (send it again), and with
   * EventNotStored when the database refuses this one event whatever the circumstances.
   */
  record(delivery: Delivery): Promise<Recorded>;
  /** Takes no more, and resolves when what was taken is settled. The pool stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface RecorderOptions {
  pool: pg.Pool;
  /** Whether Stripe brought them, or repair fetched them. */
  origin?: Origin;
  maxBatch?: number;
  /** After a commit that gave subjects work: wakes whoever does it. Never waited for, and may be lost harmlessly. */
  onRecorded?: () => unknown;
  /** Beyond either, deliveries are refused at once: Stripe keeps them better than our memory does. */
  maxQueued?: number;
  maxQueuedBytes?: number;
  /** For one statement; less than Stripe waits for an answer. */
  timeoutMs?: number;
}

export class RecorderUnavailable extends Error {
  override name = 'RecorderUnavailable';
  readonly reason: 'database' | 'busy' | 'closing';
  constructor(reason: 'database' | 'busy' | 'closing', options?: ErrorOptions) {
    super(`The event was not recorded (${reason}); it has to be delivered again.`, options);
    this.reason = reason;
  }
}

export class EventNotStored extends Error {
  override name = 'EventNotStored';
  constructor(key: string, cause: unknown) {
    super(`PostgreSQL refuses to store event ${key}; the cause says why. Others of its batch were stored.`, { cause });
  }
}

interface Waiting {
  delivery: Delivery;
  resolve(recorded: Recorded): void;
  reject(error: Error): void;
}

/**
 * Concurrent deliveries share one commit: while one batch is being written the next gathers, and starts as soon as the
 * first is done. So a lone event waits for nobody, and under load a commit is paid once for a hundred.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { pool, origin = 'webhook', maxBatch = 200, timeoutMs = 5_000 } = options;
  const { maxQueued = 5_000, maxQueuedBytes = 64_000_000 } = options;
  const wake = coalesced(options.onRecorded ?? (() => {}));
  let queue: Waiting[] = [];
  let queuedBytes = 0;
  let closing = false;
  let flushing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch();
      try {
        await write(batch);
      } catch (cause) {
        // Whoever waits behind this batch would wait for the same outage, one timeout after the other.
        const waiting = [...batch, ...queue];
        queue = [];
        queuedBytes = 0;
        for (const one of waiting) one.reject(new RecorderUnavailable('database', { cause }));
      }
    }
    flushing = null;
  }

  /** A twin of another shape waits for the next batch: in one statement a row can be written only once. */
  function takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    const shapes = new Map<string, string>();
    let bytes = 0;
    for (const waiting of queue) {
      const { key, shape, body } = waiting.delivery;
      const isFull = batch.length === maxBatch || (batch.length > 0 && bytes + body.length > MAX_BATCH_BYTES);
      if (isFull || (shapes.get(key) ?? shape) !== shape) {
        rest.push(waiting);
      } else {
        batch.push(waiting);
        shapes.set(key, shape);
        bytes += body.length;
      }
    }
    queue = rest;
    queuedBytes -= bytes;
    return batch;
  }

  /** Throws when the database is away. A batch refused for what is in it is halved until the one event is found. */
  async function write(batch: Waiting[], isRetry = false): Promise<void> {
    const rows = uniqueRows(batch.map((waiting) => waiting.delivery));
    let written: WrittenRow[];
    try {
      written = await recordEvents(pool, rows, { origin, timeoutMs });
    } catch (error) {
      if (isConflictOfLocks(error) && !isRetry) return write(batch, true);
      if (!isRefusal(error)) throw error;
      const [first] = batch;
      if (batch.length === 1 && first) return first.reject(new EventNotStored(first.delivery.key, error));
      const middle = Math.floor(batch.length / 2);
      await write(batch.slice(0, middle));
      return write(batch.slice(middle));
    }
    if (written.some((row) => row.disposition === 'recorded')) wake();
    const newKeys = new Set(written.filter((row) => row.is_new).map((row) => row.id));
    const repeated: string[] = [];
    for (const { delivery, resolve } of batch) {
      // The first of several deliveries of one event made the row; the others repeat it.
      const isNew = newKeys.delete(delivery.key);
      resolve(isNew ? delivery.disposition : 'duplicate');
      if (!isNew) repeated.push(delivery.key);
    }
    if (origin === 'webhook' && repeated.length > 0) await note(repeated);
  }

  /** For the silence alarm alone: where it fails, the alarm ends with the next new event instead. */
  async function note(keys: string[]): Promise<void> {
    await noteDelivered(pool, keys, timeoutMs).catch(() => {});
  }

  return {
    record(delivery) {
      if (closing) return Promise.reject(new RecorderUnavailable('closing'));
      if (queue.length >= maxQueued || queuedBytes + delivery.body.length > maxQueuedBytes) {
        return Promise.reject(new RecorderUnavailable('busy'));
      }
      return new Promise((resolve, reject) => {
        queue.push({ delivery, resolve, reject });
        queuedBytes += delivery.body.length;
        flushing ??= flush();
      });
    },
    async close() {
      closing = true;
      await flushing;
    },
  };
}

const MAX_BATCH_BYTES = 8_000_000;
const WAKE_PAUSE_MS = 25;

/** One a key, sorted, so that two processes lock in the same order. */
function uniqueRows(deliveries: Delivery[]): Delivery[] {
  const byKey = new Map(deliveries.map((delivery) => [delivery.key, delivery]));
  return [...byKey.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/**
 * Runs `call` now, and once more after a pause if it was asked for meanwhile: a lone event's wake-up leaves at once, and
 * under load there are forty a second instead of one a batch, each of which costs the database as much as a batch.
 */
function coalesced(call: () => unknown): () => void {
  let isRunning = false;
  let isWanted = false;
  const run = async () => {
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      try {
        await call();
      } catch {
        // A wake-up that failed is a wake-up that got lost, and the sweep is there for those.
      }
      await delay(WAKE_PAUSE_MS, undefined, { ref: false });
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void run();
  };
}
