/**
 * Branch coverage of what decides, printed, and a failure where it is under 95 %. Run: node scripts/coverage.ts [folder for details]
 * Only tests of the pure parts are run: what a store's test happens to touch proves nothing about a decision.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LEAST_PERCENT = 95;
/** Enough lives to come through every branch that a life can come through. */
const MODEL_RUNS = '2000';

const decisions = [
  'engine/src/billing/{project,access,money-back,due,transitions}.ts',
  'engine/src/effects/{plan,payload-of,review-held,recovery}.ts',
];
const tests = [
  'engine/src/billing/access',
  'engine/src/billing/corruptions',
  'engine/src/billing/due',
  'engine/src/billing/lifecycles/',
  'engine/src/billing/money-back',
  'engine/src/billing/project',
  'engine/src/billing/transitions',
  'engine/src/customers/summary',
  'engine/src/effects/payload-of',
  'engine/src/effects/plan',
  'engine/src/effects/recovery',
  'engine/src/effects/review-held',
  'engine/src/model/model.test',
];

const root = join(import.meta.dirname, '..');
const asked = process.argv[2];
const folder = asked ?? mkdtempSync(join(tmpdir(), 'onpaid-coverage-'));
const { status } = spawnSync(
  'vitest',
  [
    'run',
    ...tests,
    '--coverage.enabled',
    '--coverage.provider=v8',
    `--coverage.reportsDirectory=${folder}`,
    ...decisions.map((files) => `--coverage.include=${files}`),
    '--coverage.reporter=text',
    '--coverage.reporter=json',
    `--coverage.thresholds.branches=${LEAST_PERCENT}`,
    '--coverage.thresholds.perFile',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ONPAID_MODEL_RUNS: MODEL_RUNS },
    shell: process.platform === 'win32',
  },
);
if (asked === undefined) rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
