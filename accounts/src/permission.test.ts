import { expect, test } from 'vitest';
import { type Actor, actions, can, type Role, roles } from './permission.ts';

const staff = (role: Role | null): Actor => ({ id: 'u1', email: 'ada@example.com', emailVerified: true, role });

test('SE3: the whole table of roles and actions is as agreed', () => {
  const table = Object.fromEntries(actions.map((action) => [action, roles.filter((role) => can(staff(role), action))]));
  expect(table).toEqual({
    'operations.view': ['owner', 'admin', 'support', 'viewer'],
    'effect.retry': ['owner', 'admin', 'support'],
    'effect.discard': ['owner', 'admin'],
  });
});

test.each([
  ['nobody', null],
  ['a customer', staff(null)],
  ['staff whose address is not proven', { ...staff('owner'), emailVerified: false }],
])('%s may do nothing', (_who, actor) => {
  expect(actions.filter((action) => can(actor, action))).toEqual([]);
});
