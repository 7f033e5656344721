import { styleText } from 'node:util';
import { type Report, triage } from '@onpaid/triage';

const marks = {
  pass: styleText('green', '✓ pass'),
  warn: styleText('yellow', '! warn'),
  fail: styleText('red', '✗ fail'),
  unknown: styleText('dim', '? unknown'),
};

/** Checks the webhook of any app from outside; exits 1 when a check fails, 2 when nothing could be checked. */
export async function runTriage(address: string, options: { webhookPath: string; json: boolean }): Promise<void> {
  const url = new URL(options.webhookPath, address).href;
  if (!options.json)
    console.log(
      `\n  ${url}\n  Five requests: two POSTs without a signature, two with a wrong one, and a GET. Nothing is changed.\n`,
    );
  const reports = await triage(url);
  if (options.json) console.log(JSON.stringify({ schema: 1, url, checks: reports }, null, 2));
  else for (const report of reports) print(report);
  process.exitCode = exitCodeOf(reports);
}

function print({ id, title, why, finding }: Report): void {
  console.log(`  ${marks[finding.result]}  ${title} ${styleText('dim', id)}`);
  if (finding.result === 'pass') return;
  console.log(`      Expected ${finding.expected}; got ${finding.actual}.`);
  if (finding.result === 'unknown') return;
  console.log(`      Why it matters: ${why}`);
  for (const fix of finding.fix) console.log(`      To do: ${fix}`);
}

function exitCodeOf(reports: Report[]): number {
  if (reports.some(({ finding }) => finding.result === 'fail')) return 1;
  return reports.every(({ finding }) => finding.result === 'unknown') ? 2 : 0;
}
