import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createStripeReader, type StripeReader } from '../billing/snapshot.ts';
import { openDatabase } from '../db/database.ts';
import { readInvariantViolations } from '../db/invariants.ts';
import { catalog } from '../effects/catalog.ts';
import type {
  Connection,
  Delivered,
  Handlers,
  MessageHandler,
  Result,
  Slot,
  StateHandler,
} from '../effects/connection.ts';
import { effectKinds } from '../effects/payloads.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { startWorker } from '../worker.ts';
import { judgeAccess, judgeEffects, judgeObjects } from './judge.ts';
import { isAtRest, readHeldIds, readTable, wantReads } from './model-store.ts';
import { type Play, policy, tell } from './play.ts';
import { createPost } from './post.ts';
import { live, open } from './shop.ts';
import { callsTo } from './stripe-of-world.ts';
import { createWorld, type World } from './world.ts';

/**
 * Lives through the real recorder, PostgreSQL and two real workers that get in each other's way: many customers of one
 * database at once. They share one clock, so nobody waits here; what time alone does is played without a database.
 */
export interface Stage {
  /** Sentences about what is wrong, with the life they are about. */
  playTogether(plays: Play[]): Promise<string[]>;
  close(): Promise<void>;
}

const ROUND_SECONDS = 120;
const REST_WITHIN_MS = 60_000;
const slots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];

export async function openStage(database: TestDatabase): Promise<Stage> {
  const startedAt = performance.now();
  const base = Math.floor(Date.now() / 1_000);
  const worlds = new Map<string, World>();
  let round = 0;
  let looksAtAll = false;
  let count = 0;
  /** Ahead of every world's second, so that what a read covers lies before it. */
  const now = () => new Date((base + round * ROUND_SECONDS + 90) * 1_000 + (performance.now() - startedAt));

  const stripe: StripeReader = {
    async readSubject(subjectId, known, signal) {
      const world = worlds.get(/_(m\d+x)/.exec(subjectId)?.[1] ?? '');
      if (world === undefined) throw new Error(`No world knows ${subjectId}.`);
      const reader = createStripeReader(callsTo(world), now);
      if (!looksAtAll) return reader.readSubject(subjectId, known, signal);
      const held = await readHeldIds(database.db, subjectId);
      return reader.readSubject(subjectId, [...known, ...held], signal, { depth: 'whole' });
    },
  };
  const workers = await Promise.all([aWorker('one'), aWorker('another')]);

  async function aWorker(workerId: string) {
    const { db, pool, close } = openDatabase(database.url);
    const context = {
      db,
      log: pino({ level: 'silent' }),
      now,
      policy,
      baseUrl: 'https://northwind.example',
      stripe,
      connections: Object.fromEntries(slots.map((slot) => [slot, vendor(slot)])),
      workerId,
      reached: () => {},
    };
    const worker = await startWorker({ context, pool, repair: null, retention: { eventsDays: 90 } });
    return { stop: () => worker.stop().then(close) };
  }

  async function rest(): Promise<void> {
    const until = performance.now() + REST_WITHIN_MS;
    while (!(await isAtRest(database.db, now()))) {
      if (performance.now() > until) throw new Error('The line does not come to rest.');
      await delay(50);
    }
  }

  return {
    async playTogether(plays) {
      looksAtAll = false;
      const lives = plays.map((play) => {
        count += 1;
        const tag = `m${count}x`;
        const secondsApart = play.isCompressed ? 0 : 1;
        const world = createWorld({ tag, secondsApart, startsAt: base + round * ROUND_SECONDS });
        worlds.set(tag, world);
        open(world);
        return { play, world, post: createPost(world, play.fates) };
      });
      const recorder = createRecorder({ pool: database.pool });
      const longest = Math.max(...plays.map(({ life }) => life.length));
      for (let step = 0; step < longest || lives.some(({ post }) => !post.isEmpty()); step += 1) {
        round += 1;
        for (const { play, world } of lives) {
          const next = play.life[step];
          world.second = Math.max(world.second, base + round * ROUND_SECONDS);
          if (next !== undefined && next.do !== 'wait') live(world, { ...next, pause: Math.min(next.pause, 30) });
        }
        const bodies = lives.flatMap(({ post }) => post.deliver().map(({ body }) => body));
        await Promise.all(bodies.map((body) => recorder.record(readDelivery(body, 'test', now()))));
        // Where the first life says so, all of them find a line that is done with what came before.
        if (plays[0]?.works[step] ?? true) await rest();
      }
      await recorder.close();
      await rest();
      looksAtAll = true;
      await wantReads(
        database.db,
        lives.map(({ world }) => world.customerId),
        now(),
      );
      await rest();

      const { accesses, objects, entries } = await readTable(database.db);
      const wrong = lives.flatMap(({ play, world, post }) => {
        const own = new Map([...entries].filter(([id]) => id.includes(`_${worldTag(world)}`)));
        const line = { accessOf: (id: string) => accesses.get(id) ?? null, ledger: { entries: own } };
        const judged = { world, line, ...post.heard() };
        const sentences = [
          ...judgeObjects(world, objects, true),
          ...judgeAccess(judged),
          ...judgeEffects(judged, { isPrompt: false }),
        ];
        return sentences.length > 0 ? [`${sentences.join('\n')}\n${tell(play, { world })}`] : [];
      });
      const violations = await readInvariantViolations(database.db);
      return [...wrong, ...violations.map(({ name, id }) => `${name}: ${id}`)];
    },
    async close() {
      for (const worker of workers) await worker.stop();
    },
  };
}

const worldTag = (world: World) => /_(m\d+x)/.exec(world.customerId)?.[1] ?? '';

/** A vendor that takes whatever it is sent, at once. */
function vendor(slot: Slot): Connection {
  const done: Result<Delivered> = { ok: true, value: { remoteId: null, status: 200, vendorRequestId: null } };
  const message: MessageHandler<unknown> = {
    shape: 'message',
    guarantee: { kind: 'exactly_once' },
    build: async () => ({ method: 'POST', path: '/', headers: {}, bodyBase64: null }),
    send: async () => done,
  };
  const state: StateHandler<unknown> = {
    shape: 'state',
    guarantee: { kind: 'exactly_once' },
    apply: async () => done,
  };
  const kinds = effectKinds.filter((kind) => catalog[kind].slot === slot);
  const handlers: Handlers = Object.fromEntries(
    kinds.map((kind) => [kind, catalog[kind].shape === 'state' ? state : message]),
  );
  return {
    slot,
    vendor: 'model',
    label: 'Model',
    ratePerSecond: 10_000,
    handlers,
    probe: async () => ({ ok: true, value: { account: null } }),
  };
}
