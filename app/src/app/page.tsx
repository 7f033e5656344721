import { accountsMigrations } from '@onpaid/accounts';
import { engineMigrations } from '@onpaid/engine';
import { connection } from 'next/server';
import { founder } from '@/server/founder';

export default async function Landing() {
  await connection();
  return (
    <main>
      {founder.brand.name} {accountsMigrations.folder} {engineMigrations.folder}
    </main>
  );
}
