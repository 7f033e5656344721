import { expect, it } from 'vitest';
import { changeSettings, emptyState, settingsOf, stateFromLines, stateToLines } from './state.ts';

const customer = (id: string) => ({ id, email: `${id}@example.com` }) as never;

function aState() {
  const state = emptyState();
  changeSettings(state, { bankDebitDays: 3 });
  state.customers.set('cus_1', customer('cus_1'));
  state.customers.set('cus_2', customer('cus_2'));
  return state;
}

it('a state comes back from its lines, in order', () => {
  const state = stateFromLines([...stateToLines(aState())].map((line) => JSON.parse(line)));
  expect([...state.customers.keys()]).toEqual(['cus_1', 'cus_2']);
  expect(state.customers.of('email', 'cus_2@example.com')).toHaveLength(1);
  expect(settingsOf(state)).toMatchObject({ bankDebitDays: 3, eventDays: 30 });
});

it('all tables are of one moment, whatever happens while the lines are written', () => {
  const state = aState();
  const lines = stateToLines(state);
  changeSettings(state, { bankDebitDays: 9 });
  state.customers.delete('cus_1');
  state.customers.set('cus_3', customer('cus_3'));
  const read = stateFromLines([...lines].map((line) => JSON.parse(line)));
  expect([...read.customers.keys()]).toEqual(['cus_1', 'cus_2']);
  expect(settingsOf(read).bankDebitDays).toBe(3);
});

it('a state that was kept as one object of tables is read, and tables nobody knows any more are not', () => {
  const tables = { customers: [['cus_1', customer('cus_1')]], trinkets: [['t_1', {}]] };
  expect([...stateFromLines([tables]).customers.keys()]).toEqual(['cus_1']);
  expect([...stateFromLines([['trinkets', 't_1', {}]]).customers.keys()]).toEqual([]);
});
