import { expect, test } from 'vitest';
import { aCustomerRow, anAttemptRow, anEffectRow, anEventRow, anIssueRow, aTransitionRow } from '../testing/rows.ts';
import { testDatabase } from '../testing/test-database.ts';
import { getTimeline } from './timeline-store.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));

test('one commit reads upwards: the event, what it changed, what follows from it', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  await anEffectRow(db, { id: 'welcome:sub_1@email', subject_id: subjectId, created_at: at(1), occurred_at: at(1) });
  await aTransitionRow(db, { key: 'invoice_paid:in_1', subject_id: subjectId, noticed_at: at(1) });
  await anEventRow(db, { id: 'evt_1', subject_id: subjectId, received_at: at(1) });
  await anEventRow(db, { id: 'evt_2', subject_id: subjectId, received_at: at(1) });
  await anEventRow(db, { id: 'evt_of_another' });
  const { entries, older } = await getTimeline(db, id);
  expect(entries.map((entry) => entry.id)).toEqual(['welcome:sub_1@email', 'invoice_paid:in_1', 'evt_2', 'evt_1']);
  expect(older).toBeNull();
});

test('pages go on where the last one ended, also between entries of one instant', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  for (const n of [1, 2, 3, 4, 5]) await anEventRow(db, { id: `evt_${n}`, subject_id: subjectId, received_at: at(1) });
  const first = await getTimeline(db, id, { limit: 2 });
  const second = await getTimeline(db, id, { limit: 2, before: first.older });
  const third = await getTimeline(db, id, { limit: 2, before: second.older });
  expect([first, second, third].map(({ entries }) => entries.map((entry) => entry.id))).toEqual([
    ['evt_5', 'evt_4'],
    ['evt_3', 'evt_2'],
    ['evt_1'],
  ]);
  expect(third.older).toBeNull();
});

test('only the kinds asked for are there', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  await anEventRow(db, { subject_id: subjectId });
  await aTransitionRow(db, { subject_id: subjectId });
  const { entries } = await getTimeline(db, id, { kinds: ['transition'] });
  expect(entries.map((entry) => entry.kind)).toEqual(['transition']);
});

test('an effect stands at its last attempt and carries all of them, with the failure in parts', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  const failure = { kind: 'retryable', label: 'HubSpot', reason: 'answered 500', status: 500, since: at(1) };
  const effect = await anEffectRow(db, {
    id: 'contact:cus_1@crm',
    kind: 'crm.contact',
    slot: 'crm',
    shape: 'state',
    state: 'retry_wait',
    subject_id: subjectId,
    next_at: at(9),
    failure: JSON.stringify(failure),
  });
  await anAttemptRow(db, { effect_id: effect, number: 1, started_at: at(1), outcome: 'retryable', status: 500 });
  await anAttemptRow(db, { effect_id: effect, number: 2, started_at: at(5), ended_at: null, outcome: null });
  const { entries } = await getTimeline(db, id);
  expect(entries).toMatchObject([
    {
      kind: 'effect',
      at: at(5),
      state: 'retry_wait',
      nextAt: at(9),
      failure: { kind: 'retryable', label: 'HubSpot', reason: 'answered 500', status: 500 },
      attempts: [
        { number: 1, startedAt: at(1), outcome: 'retryable', status: 500 },
        { number: 2, startedAt: at(5), endedAt: null, outcome: null },
      ],
    },
  ]);
});

test('a state effect has one entry for each version, and the newest may still be on its way', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  const effect = await anEffectRow(db, {
    kind: 'crm.contact',
    slot: 'crm',
    shape: 'state',
    state: 'planned',
    version: 3,
    subject_id: subjectId,
    occurred_at: at(9),
  });
  await anAttemptRow(db, { effect_id: effect, version: 1, started_at: at(1), outcome: 'sent' });
  await anAttemptRow(db, { effect_id: effect, version: 2, started_at: at(2), outcome: 'retryable' });
  const { entries } = await getTimeline(db, id);
  expect(
    entries.map((entry) => entry.kind === 'effect' && [entry.version, entry.state, entry.attempts.length]),
  ).toEqual([
    [3, 'planned', 0],
    [2, 'replaced', 1],
    [1, 'sent', 1],
  ]);
});

test('an issue is told once, however many effects of the customer it touches', async () => {
  const { db } = await testDatabase();
  const { id, subjectId } = await aCustomerRow(db);
  const effects = [await anEffectRow(db, { subject_id: subjectId }), await anEffectRow(db, { subject_id: subjectId })];
  await anIssueRow(db, { title: 'HubSpot answers 500', state: 'resolved', resolved_at: at(9) }, effects);
  const { entries } = await getTimeline(db, id, { kinds: ['issue'] });
  expect(entries).toMatchObject([
    { kind: 'issue', title: 'HubSpot answers 500', state: 'resolved', resolvedAt: at(9) },
  ]);
});

test('a customer that is not there has an empty timeline', async () => {
  const { db } = await testDatabase();
  expect(await getTimeline(db, 'cu_nobody')).toEqual({ entries: [], older: null });
});
