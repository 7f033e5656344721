import { environmentOrExit } from '../config.ts';
import { migrate } from '../program.ts';

/** Brings both schemas to the latest version; forward only. */
export async function runMigrate(env: Record<string, string | undefined>): Promise<void> {
  const applied = await migrate(environmentOrExit(env));
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
}
