import { styleText } from 'node:util';
import { type BackfillProgress, type BackfillReport, backfill } from '@onpaid/engine';
import { interruptible, openRepair, progressLine } from '../repair-context.ts';

interface Options {
  dryRun: boolean;
  restart: boolean;
  rate?: number;
  json: boolean;
}

/** Takes over everything the Stripe account holds. Exits 1 when something is left for the next run. */
export async function runBackfill(env: Record<string, string | undefined>, options: Options): Promise<void> {
  const signal = interruptible();
  const { context, close } = await openRepair(env, options);
  const line = progressLine();
  try {
    const report = await backfill(context, { ...options, signal, onProgress: (progress) => line.show(sum(progress)) });
    line.end();
    if (report.status === 'busy')
      throw new Error(
        'Another backfill is at work; wait for it, or stop it first. One that was killed is relieved after two minutes.',
      );
    if (options.json) console.log(JSON.stringify({ ...report, dryRun: options.dryRun }, null, 2));
    else tell(report, options);
    if (report.left.length > 0) process.exitCode = 1;
    if (signal.aborted) process.exitCode = 130;
  } finally {
    line.end();
    await close();
  }
}

function sum({ listed, applied }: BackfillProgress): string {
  const kinds = Object.entries(listed).map(([kind, byStatus]) => {
    const count = Object.values(byStatus).reduce((total, each) => total + each, 0);
    return `${count} ${kind}s`;
  });
  return [...kinds, ...(applied > 0 ? [`${applied} customers taken over`] : [])].join(', ');
}

function tell(report: BackfillReport, { dryRun }: Options): void {
  console.log(`\n  ${'Kind'.padEnd(14)}${'Status'.padEnd(20)}${'Stripe lists'.padStart(14)}${'We hold'.padStart(10)}`);
  for (const { kind, status, listed, held } of report.completeness) {
    const row = `  ${kind.padEnd(14)}${status.padEnd(20)}${String(listed).padStart(14)}${String(held).padStart(10)}`;
    console.log(listed === held ? row : styleText('yellow', row));
  }
  const lines = dryRun
    ? [`This was a dry run: nothing was changed. We do not hold ${report.unheld} of these objects.`]
    : [
        `${report.applied} customers were taken over${report.isResumed ? ', going on from where the last run stopped' : ''}. Nobody is told of what happened before this installation went live.`,
      ];
  if (report.skipped > 0) lines.push(`${report.skipped} objects were not understood and left out; the log names them.`);
  if (report.left.length > 0) {
    lines.push(
      `${report.left.length} customers are left, such as ${report.left.slice(0, 5).join(', ')}. Run it again.`,
    );
  }
  if (report.status === 'stopped') lines.push('Stopped on the way; the next run goes on from here.');
  console.log(`\n${lines.map((text) => `  ${text}`).join('\n')}\n`);
}
