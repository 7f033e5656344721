import { styleText } from 'node:util';
import { type Drift, type ReconcileReport, reconcile, reconcileCustomer } from '@onpaid/engine';
import { interruptible, openRepair, progressLine } from '../repair-context.ts';

interface Options {
  customer?: string;
  dryRun: boolean;
  restart: boolean;
  rate?: number;
  calls?: number;
  json: boolean;
}

/** Compares what we hold with what Stripe says, and heals what differs. Exits 1 when somebody could not be compared. */
export async function runReconcile(env: Record<string, string | undefined>, options: Options): Promise<void> {
  const signal = interruptible();
  const { context, close } = await openRepair(env, options);
  const line = progressLine();
  try {
    const report =
      options.customer === undefined
        ? await reconcile(context, {
            ...options,
            ...(options.calls !== undefined && { budget: options.calls }),
            signal,
            onProgress: ({ subjects, differing }) =>
              line.show(`${subjects} customers compared, ${differing} of them differed`),
          })
        : await reconcileCustomer(context, options.customer, { dryRun: options.dryRun, signal });
    line.end();
    if (report === null) {
      throw new Error(
        `There is no customer "${options.customer}". Customers are found by our id, their Stripe customer id or their exact e-mail address.`,
      );
    }
    if (report.status === 'busy')
      throw new Error(
        'Another reconcile is at work; wait for it, or stop it first. One that was killed is relieved after two minutes.',
      );
    if (options.json) console.log(JSON.stringify({ ...report, dryRun: options.dryRun }, null, 2));
    else tell(report, options);
    if (report.failed > 0 || report.busy.length > 0) process.exitCode = 1;
    if (signal.aborted) process.exitCode = 130;
  } finally {
    line.end();
    await close();
  }
}

function tell(report: ReconcileReport, { dryRun }: Options): void {
  for (const drift of report.drift) console.log(`  ${describe(drift)}`);
  const total = Object.values(report.fields).reduce((sum, count) => sum + count, 0);
  if (total > report.drift.length) console.log(styleText('dim', `  and ${total - report.drift.length} more`));
  const causes = Object.entries(report.fields)
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${count} ${cause}`);
  console.log(
    [
      '',
      `  ${report.subjects} customers compared with Stripe in ${report.calls} calls${report.isResumed ? ', going on from where the last run stopped' : ''}.`,
      report.differing === 0
        ? '  Nothing differed.'
        : `  ${report.differing} differed, in ${total} fields (${causes.join(', ')}). ${dryRun ? 'This was a dry run: nothing was changed.' : 'All of them are healed.'}`,
      ...(report.differing === 0 && dryRun ? ['  This was a dry run: nothing would have been changed.'] : []),
      ...(report.unheld > 0 ? [`  ${report.unheld} objects of Stripe’s had never reached us.`] : []),
      ...(report.failed > 0
        ? [`  ${report.failed} could not be read from Stripe; the log says why, and verification goes on trying.`]
        : []),
      ...(report.busy.length > 0
        ? [
            `  ${report.busy.length} are being converged right now: ${report.busy.slice(0, 5).join(', ')}. Run it again.`,
          ]
        : []),
      ...(report.status === 'stopped' ? ['  Stopped on the way; the next run goes on from here.'] : []),
      '',
    ].join('\n'),
  );
}

function describe({ subjectId, kind, objectId, field, ours, stripe, cause, since }: Drift): string {
  const what = objectId === subjectId ? subjectId : `${subjectId} ${objectId}`;
  const age = since === null ? '' : `, since ${since.toISOString().slice(0, 16).replace('T', ' ')} at most`;
  return `${what} ${kind}.${field}: ${ours ?? 'nothing'} ${styleText('dim', '→')} ${stripe ?? 'nothing'}  ${styleText('dim', `(${cause}${age})`)}`;
}
