import type { ReactNode } from 'react';
import { classNames } from '@/components/class-names';
import { Status, type StatusKind } from '@/components/ui/status';

/** A status told in a sentence, which wraps. What went well is read, not looked for: only the rest is coloured. */
export function Sentence({ kind, children }: { kind: StatusKind; children: ReactNode }) {
  const isCalm = kind === 'ok' || kind === 'off';
  return (
    <Status
      plain
      kind={kind}
      className={classNames(
        'items-start whitespace-normal [&_svg]:mt-0.5 [&>span]:whitespace-normal',
        isCalm && 'font-normal [&>span]:text-ink',
      )}
    >
      {children}
    </Status>
  );
}
