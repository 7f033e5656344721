/**
 * Plays other and more lives than CI does: node scripts/model.ts [lives] [lives through PostgreSQL]. A failure prints its seed, with which
 * ONPAID_MODEL_SEED plays the same lives again.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [lives = '100000', throughPostgres = '1000'] = process.argv.slice(2);
const seed = process.env.ONPAID_MODEL_SEED ?? String(Date.now() % 2 ** 31);
console.log(`ONPAID_MODEL_SEED=${seed}`);
const { status } = spawnSync('vitest', ['run', 'engine/src/model/'], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
  env: {
    ...process.env,
    ONPAID_MODEL_RUNS: lives,
    ONPAID_MODEL_POSTGRES_RUNS: throughPostgres,
    ONPAID_MODEL_SEED: seed,
  },
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
