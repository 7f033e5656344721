import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Delivery, Disposition } from './delivery.ts';

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
  const { pool, maxBatch = 200, maxQueued = 5_000, maxQueuedBytes = 64_000_000, timeoutMs = 5_000 } = options;
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
      written = (await pool.query<WrittenRow>(insertStatement(rows, timeoutMs))).rows;
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
    for (const { delivery, resolve } of batch) {
      // The first of several deliveries of one event made the row; the others repeat it.
      resolve(newKeys.delete(delivery.key) ? delivery.disposition : 'duplicate');
    }
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

interface WrittenRow {
  id: string;
  disposition: Disposition;
  is_new: boolean;
}

/**
 * One statement, so one commit. `written` are the rows that got a body: new ones, and those whose twin came second. A repeat
 * is left out before it could lock anything. A thin event only names its object, so a snapshot that comes second takes the row
 * over: it knows the customer, may be of a type we handle when its twin's was not, and is there to be projected. Unless the
 * mark its twin made still waits, it is marked anew (`unresolved` says so, decided under the row's lock).
 * `xmax = 0` tells a new row from a changed one. Scalar subqueries are index probes whatever the planner thinks of the tables'
 * sizes. `collate "C"` orders as JavaScript does, as all locks on subjects are ordered.
 */
const RECORD = `
  with sent as (
    select *
    from unnest(
      $1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::boolean[], $8::text[], $9::text[],
      $10::integer[], $11::integer[]
    ) as sent (
      id, type, subject_id, object_id, occurred_at, api_version, livemode, disposition, shape, body_start, body_length
    )
    where (
      select true
      from onpaid.event known
      where known.id = sent.id and known.shapes @> array[sent.shape]
    ) is null
  ),
  written as (
    insert into onpaid.event as event
      (id, type, subject_id, object_id, occurred_at, api_version, livemode, disposition, shapes)
    select id, type, subject_id, object_id, occurred_at, api_version, livemode, disposition, array[shape]
    from sent
    on conflict (id) do update
    set shapes = event.shapes || excluded.shapes,
        type = case when excluded.shapes = '{snapshot}' then excluded.type else event.type end,
        subject_id = case when excluded.shapes = '{snapshot}' then excluded.subject_id else event.subject_id end,
        object_id = case when excluded.shapes = '{snapshot}' then excluded.object_id else event.object_id end,
        api_version = case when excluded.shapes = '{snapshot}' then excluded.api_version else event.api_version end,
        disposition = case when excluded.shapes = '{snapshot}' then excluded.disposition else event.disposition end,
        projected_at = case when excluded.shapes = '{snapshot}' then null else event.projected_at end,
        outcome = case
          when excluded.shapes = '{snapshot}' and (
            event.projected_at is not null
            or event.disposition <> 'recorded'
            or event.subject_id is distinct from excluded.subject_id
          ) then 'unresolved'
          else event.outcome
        end
    where not event.shapes @> excluded.shapes
    returning id, subject_id, disposition, xmax = 0 as is_new, projected_at is null and outcome = 'unresolved' as is_anew
  ),
  bodies as (
    insert into onpaid.event_payload (event_id, shape, body)
    select sent.id, sent.shape, substring($12::bytea from sent.body_start for sent.body_length)
    from sent
    join written on written.id = sent.id
  ),
  marked as (
    insert into onpaid.subject as subject (id, wanted, wanted_since)
    select subject_id, count(*), now()
    from written
    where disposition = 'recorded' and (is_new or is_anew)
    group by subject_id
    order by subject_id collate "C"
    on conflict (id) do update
    set wanted = subject.wanted + excluded.wanted,
        wanted_since = case
          when subject.wanted > subject.done then coalesce(subject.wanted_since, excluded.wanted_since)
          else excluded.wanted_since
        end
  )
  select id, disposition, is_new from written
`;

/**
 * All bodies go as one binary parameter that the statement cuts up: measured against an array of bytea (hex on the wire) and
 * of base64, that is 1.4 to 1.7 times as fast at 100 a batch. Prepared, since planning costs more than a small batch's insert.
 */
function insertStatement(rows: Delivery[], timeoutMs: number): pg.QueryConfig & { query_timeout: number } {
  let end = 1;
  const starts = rows.map(({ body }) => {
    const start = end;
    end += body.length;
    return start;
  });
  return {
    name: 'record-events',
    text: RECORD,
    query_timeout: timeoutMs,
    values: [
      rows.map((row) => row.key),
      rows.map((row) => row.type),
      rows.map((row) => row.subjectId),
      rows.map((row) => row.objectId),
      rows.map((row) => row.occurredAt),
      rows.map((row) => row.apiVersion),
      rows.map((row) => row.livemode),
      rows.map((row) => row.disposition),
      rows.map((row) => row.shape),
      starts,
      rows.map(({ body }) => body.length),
      Buffer.concat(rows.map(({ body }) => body)),
    ],
  };
}

/** Data, constraint, limit and raised errors are about the rows; every other failure is about the database. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(22|23|54|P0)/.test(error.code ?? '');
}

function isConflictOfLocks(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40P01' || error.code === '40001');
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
