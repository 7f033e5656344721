import { openDatabase } from '@onpaid/engine';
import { expect, withInstallation } from './installation.ts';

const test = withInstallation();

interface Report {
  ok: boolean;
  counts: { what: string; expected: number; observed: number; ok: boolean }[];
}

test('with deduplication switched off the smoke fails, and says what happened twice', async ({ installation }) => {
  const { databaseUrl } = await installation.run();
  const { pool, close } = openDatabase(databaseUrl, { max: 1 });
  // The ledger accepts every planned message a second time, under another name: what its unique identity is there to refuse.
  await pool.query(`
    create function onpaid.plan_again() returns trigger language plpgsql as $$
    declare again onpaid.effect := new;
    begin
      again.id := new.id || '#again';
      again.after_id := null;
      again.after_dead := null;
      again.next_at := now();
      insert into onpaid.effect select again.*;
      return null;
    end $$;
    create trigger plan_again after insert on onpaid.effect
    for each row when (new.shape = 'message' and new.id not like '%#again') execute function onpaid.plan_again();
  `);
  await close();

  const { code, output } = await installation.onpaid('smoke', '--running', '--json');
  const report = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Report;
  expect(code).toBe(1);
  const wrong = report.counts.filter((line) => !line.ok).map((line) => line.what);
  expect(wrong).toEqual(expect.arrayContaining(['email.welcome', 'slack.sales', 'zendesk.tickets']));
  expect(report.counts.find((line) => line.what === 'email.welcome')).toMatchObject({ expected: 2, observed: 4 });
});
