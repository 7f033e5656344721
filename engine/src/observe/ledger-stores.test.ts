import { expect, test } from 'vitest';
import { aCustomerRow, anEffectRow, anEventRow, anIssueRow } from '../testing/rows.ts';
import { testDatabase } from '../testing/test-database.ts';
import { listEffects } from './effects-store.ts';
import { getEvent, getEventPayload, listEvents } from './events-store.ts';
import { getSummary, listIssues } from './summary-store.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));
const idsOf = (page: { items: { id: string }[] }) => page.items.map((item) => item.id);

test('a group of effects merges its states newest first, and pages both ways', async () => {
  const { db } = await testDatabase();
  const { subjectId, id } = await aCustomerRow(db, { name: 'Ada' });
  await anEffectRow(db, { id: 'a', state: 'planned', created_at: at(1) });
  await anEffectRow(db, { id: 'b', state: 'held', created_at: at(2), subject_id: subjectId });
  await anEffectRow(db, { id: 'c', state: 'sending', created_at: at(3) });
  await anEffectRow(db, { id: 'dead', state: 'dead', created_at: at(4) });
  const first = await listEffects(db, { group: 'waiting', limit: 2 });
  expect(idsOf(first)).toEqual(['c', 'b']);
  expect(first.items[1]?.buyer).toMatchObject({ id, name: 'Ada' });
  expect(first.items[0]?.buyer).toBeNull();
  const second = await listEffects(db, { group: 'waiting', limit: 2, cursor: first.older });
  expect(idsOf(second)).toEqual(['a']);
  expect(idsOf(await listEffects(db, { group: 'waiting', limit: 2, cursor: second.newer }))).toEqual(['c', 'b']);
});

test('a slot narrows the group', async () => {
  const { db } = await testDatabase();
  await anEffectRow(db, { id: 'a', state: 'dead', slot: 'crm', kind: 'crm.contact' });
  await anEffectRow(db, { id: 'b', state: 'dead', slot: 'email' });
  expect(idsOf(await listEffects(db, { group: 'dead', slot: 'crm' }))).toEqual(['a']);
});

test('events come in the order they were received, and each group shows only its own', async () => {
  const { db } = await testDatabase();
  await anEventRow(db, { id: 'evt_1' });
  await anEventRow(db, { id: 'evt_2', disposition: 'quarantined', outcome: null, projected_at: null });
  await anEventRow(db, { id: 'evt_3', outcome: null, projected_at: null });
  await anEventRow(db, { id: 'evt_4', disposition: 'invalid', outcome: null, projected_at: null });
  expect(idsOf(await listEvents(db))).toEqual(['evt_4', 'evt_3', 'evt_2', 'evt_1']);
  expect(idsOf(await listEvents(db, { group: 'refused' }))).toEqual(['evt_4', 'evt_2']);
  expect(idsOf(await listEvents(db, { group: 'waiting' }))).toEqual(['evt_3']);
  const first = await listEvents(db, { limit: 3 });
  expect(idsOf(await listEvents(db, { limit: 3, cursor: first.older }))).toEqual(['evt_1']);
});

test('an event is shown with the stored body, and without one when that has been purged', async () => {
  const { db } = await testDatabase();
  await anEventRow(db, { id: 'evt_1' });
  await anEventRow(db, { id: 'evt_purged' });
  await db
    .insertInto('event_payload')
    .values({ event_id: 'evt_1', shape: 'snapshot', body: Buffer.from('{"id":"evt_1"}') })
    .execute();
  expect(await getEvent(db, 'evt_1')).toMatchObject({ id: 'evt_1', buyer: null, outcome: 'applied' });
  expect(await getEvent(db, 'evt_none')).toBeNull();
  expect(await getEventPayload(db, 'evt_1')).toBe('{"id":"evt_1"}');
  expect(await getEventPayload(db, 'evt_purged')).toBeNull();
});

test('issues that are not resolved come first by when they were last seen, with what they still hold up', async () => {
  const { db } = await testDatabase();
  const stuck = await anEffectRow(db, { state: 'dead' });
  const older = await anIssueRow(db, { last_seen_at: at(1) }, [stuck]);
  const newer = await anIssueRow(db, { last_seen_at: at(2), state: 'acknowledged' });
  const resolved = await anIssueRow(db, { state: 'resolved', resolved_at: at(3) });
  expect((await listIssues(db)).map((issue) => [issue.id, issue.openEffects])).toEqual([
    [newer, 0],
    [older, 1],
  ]);
  expect((await listIssues(db, { resolved: true })).map((issue) => issue.id)).toEqual([resolved]);
});

test('the summary of an empty database is all zero', async () => {
  const { db } = await testDatabase();
  expect(await getSummary(db, at(0))).toEqual({
    failingCustomers: 0,
    openIssues: 0,
    refusedEvents: 0,
    effects: { unknown: 0, dead: 0, retrying: 0, waiting: 0 },
    backlog: { subjects: 0, since: null },
    due: { effects: 0, since: null },
    lastEventAt: null,
    hasCustomers: false,
  });
});

test('the summary counts what needs somebody, and how long work has been waiting', async () => {
  const { db } = await testDatabase();
  const { subjectId } = await aCustomerRow(db, { failure: 'HubSpot: answered 500' });
  await db
    .updateTable('subject')
    .set({ wanted: 2, done: 1, wanted_since: at(1) })
    .where('id', '=', subjectId)
    .execute();
  await anEventRow(db, { received_at: at(3) });
  await anEventRow(db, { disposition: 'invalid', received_at: at(4) });
  await anEffectRow(db, { state: 'unknown', next_at: null });
  await anEffectRow(db, { state: 'dead', next_at: null });
  await anEffectRow(db, { state: 'retry_wait', next_at: at(2) });
  await anEffectRow(db, { state: 'planned', next_at: at(59) });
  await anIssueRow(db);
  await anIssueRow(db, { state: 'resolved' });
  expect(await getSummary(db, at(10))).toEqual({
    failingCustomers: 1,
    openIssues: 1,
    refusedEvents: 1,
    effects: { unknown: 1, dead: 1, retrying: 1, waiting: 1 },
    backlog: { subjects: 1, since: at(1) },
    due: { effects: 1, since: at(2) },
    lastEventAt: at(4),
    hasCustomers: true,
  });
});
