import { styleText } from 'node:util';
import {
  type Connection,
  getSummary,
  pinnedApiVersion,
  readApiVersions,
  readInvariantViolations,
} from '@onpaid/engine';
import { judgeApiVersions } from '../going-real/api-versions.ts';
import { openInstallation } from '../installation.ts';
import { installationConnections } from '../program.ts';

type Variables = Record<string, string | undefined>;

/** Is everything in step? Database, connections, invariants, backlog; exits 1 when something is broken. */
export async function runDoctor(env: Variables, options: { json: boolean }): Promise<void> {
  const findings = await examine(env);
  if (options.json) console.log(JSON.stringify(findings, null, 2));
  else {
    for (const finding of findings) {
      console.log(
        `  ${markOf(finding)} ${finding.what}${finding.detail ? styleText('dim', `  ${finding.detail}`) : ''}`,
      );
    }
  }
  process.exitCode = findings.every((finding) => finding.ok) ? 0 : 1;
}

interface Finding {
  ok: boolean;
  /** Works, and somebody should still know. */
  warn?: true;
  what: string;
  detail: string;
}

function markOf({ ok, warn }: Finding): string {
  if (!ok) return styleText('red', '✗');
  return warn ? styleText('yellow', '!') : styleText('green', '✓');
}

async function examine(env: Variables): Promise<Finding[]> {
  const { db, run, close } = await openInstallation(env);
  try {
    const violations = await readInvariantViolations(db);
    const summary = await getSummary(db, new Date());
    return [
      { ok: true, what: 'The database answers', detail: run ? `${run.mode} mode` : '' },
      ...(await probeConnections(env)),
      ...judgeApiVersions(await readApiVersions(db, new Date()), pinnedApiVersion),
      ...violations.map(({ name, id }) => ({ ok: false, what: `Invariant broken: ${name}`, detail: id })),
      ...(violations.length === 0 ? [{ ok: true, what: 'Every invariant holds', detail: '' }] : []),
      {
        ok: summary.effects.unknown === 0,
        what: `${summary.effects.unknown} effects whose outcome is unknown`,
        detail: '',
      },
      { ok: summary.openIssues === 0, what: `${summary.openIssues} open issues`, detail: '' },
    ];
  } finally {
    await close();
  }
}

async function probeConnections(env: Variables): Promise<Finding[]> {
  return Promise.all((await installationConnections(env)).map(probe));
}

async function probe(connection: Connection): Promise<Finding> {
  const answer = await connection.probe(AbortSignal.timeout(10_000));
  return {
    ok: answer.ok,
    what: `${connection.label} (${connection.slot})`,
    detail: answer.ok ? (answer.value.account ?? 'answers') : answer.failure.reason,
  };
}
