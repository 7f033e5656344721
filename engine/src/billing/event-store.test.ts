import { expect, test } from 'vitest';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import { aCustomer, aStripeEvent, aThinEvent, testDatabase } from '../testing/index.ts';
import { markProjected, readUnprojected } from './event-store.ts';

test.each([
  ['a thin twin that comes while its snapshot is being projected leaves nothing to do', 'snapshot', 0],
  ['a snapshot that comes while its thin twin is being projected is still to be projected', 'thin', 1],
] as const)('RC5: %s', async (_, first, left) => {
  const { db, pool } = await testDatabase();
  const recorder = createRecorder({ pool });
  const snapshot = aStripeEvent('customer.created', aCustomer());
  const thin = aThinEvent('customer.created', { id: 'cus_1', object: 'customer' }, { twinOf: snapshot });
  const record = (document: object) =>
    recorder.record(readDelivery(Buffer.from(JSON.stringify(document)), 'test', new Date()));

  const [one, other] = first === 'snapshot' ? [snapshot, thin] : [thin, snapshot];
  await record(one);
  const read = await readUnprojected(db, ['cus_1']);
  await record(other);
  await db.transaction().execute((tx) =>
    markProjected(
      tx,
      read.map(({ id, shapes }) => ({ id, shapes, outcome: 'applied' as const })),
      new Date(),
    ),
  );
  expect(await readUnprojected(db, ['cus_1'])).toHaveLength(left);
});
