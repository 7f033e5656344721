/** Adds up what vitest and Playwright reported; the last line of CI. A skipped journey, or a step that failed without a count, counts as failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
}

const folder = join(import.meta.dirname, '../test-results');
const stepsFailed = Number(process.argv[2] ?? '0') > 0;
const tests = await counts(
  'tests.json',
  (report: { numPassedTests: number; numFailedTests: number; numPendingTests: number }) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numPendingTests,
  }),
);
const journeys = await counts(
  'journeys.json',
  (report: { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }) => ({
    passed: report.stats.expected,
    failed: report.stats.unexpected + report.stats.flaky + report.stats.skipped,
  }),
);

const passed = tests.passed + journeys.passed;
const failed = Math.max(tests.failed + journeys.failed, stepsFailed ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function counts<T>(file: string, read: (report: T) => Counts): Promise<Counts> {
  try {
    return read(JSON.parse(await readFile(join(folder, file), 'utf8')) as T);
  } catch {
    console.error(`There is no readable test-results/${file}: that part did not run to its end.`);
    return { passed: 0, failed: 1 };
  }
}
