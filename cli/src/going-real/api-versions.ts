import type { ApiVersionCount } from '@onpaid/engine';

export interface VersionFinding {
  ok: boolean;
  /** Works, and somebody should still know. */
  warn?: true;
  what: string;
  detail: string;
}

/** The oldest version whose payloads we read (BS7). */
const OLDEST_UNDERSTOOD = '2022-11-15';

/** Says of each API version that events came in whether it is ours, and what it means when it is not. */
export function judgeApiVersions(seen: readonly ApiVersionCount[], pinned: string): VersionFinding[] {
  return seen.map(({ version, count }) => {
    const what = `${count} ${count === 1 ? 'event' : 'events'} of the last day in API version ${version}`;
    if (version === pinned) return { ok: true, what, detail: 'ours' };
    if (releaseOf(version) === releaseOf(pinned)) {
      return { ok: true, what, detail: `of the same release as ours, ${pinned}, so nothing is missing` };
    }
    if (dateOf(version) > dateOf(pinned)) {
      return {
        ok: false,
        what,
        detail: `newer than ours, ${pinned}: fields may have moved where we do not look. ${REPLACE}`,
      };
    }
    if (version < OLDEST_UNDERSTOOD) {
      return { ok: false, what, detail: `older than ${OLDEST_UNDERSTOOD}, the oldest we read. ${REPLACE}` };
    }
    return { ok: true, warn: true, what, detail: `not ours, ${pinned}. It is read all the same. ${REPLACE}` };
  });
}

const REPLACE = 'An endpoint keeps its version for life: "onpaid connect stripe --replace" makes a new one.';

function dateOf(version: string): string {
  return version.slice(0, 10);
}

/** 2026-10-28.endive → endive; versions without a name stand alone. */
function releaseOf(version: string): string {
  return version.slice(11) || version;
}
