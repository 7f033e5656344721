import type { LineContext } from '../context.ts';
import { closeIssue, openIssue } from './issue-store.ts';
import { announce } from './settle.ts';

/** Something that is wrong with no effect of ours: told as an issue, and in chat, once until it ends. */
export interface Alarm {
  /** e.g. `stripe:silence`; one issue at a time has it. */
  causeKey: string;
  vendor: string;
  cause: string;
  title: string;
}

type AlarmContext = Pick<LineContext, 'db' | 'now' | 'connections' | 'wake'>;

export async function raiseAlarm(context: AlarmContext, alarm: Alarm): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    const opened = await openIssue(tx, alarm, now);
    if (opened !== null) await announce(context, tx, 'chat.issue_opened', opened);
  });
  context.wake('effects');
}

export async function endAlarm(context: AlarmContext, causeKey: string): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    const closed = await closeIssue(tx, causeKey, now);
    if (closed !== null) await announce(context, tx, 'chat.issue_resolved', closed);
  });
  context.wake('effects');
}
