import type { ReactNode } from 'react';
import { classNames } from '@/components/class-names';
import { Status, type StatusKind } from '@/components/ui/status';

/** A status told in a sentence, which wraps. What went well is read, not looked for: only the rest is coloured. */
export function Sentence({ kind, children }: { kind: StatusKind; children: ReactNode }) {
  return (
    <Status
      plain
      kind={kind}
      className={classNames(
        'items-start font-normal whitespace-normal [&_svg]:mt-0.5 [&>span]:whitespace-normal',
        (kind === 'ok' || kind === 'off') && '[&>span]:text-ink',
      )}
    >
      {children}
    </Status>
  );
}
