import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, Clock, type LucideIcon } from 'lucide-react';
import { classNames } from '@/components/class-names';

export type StatusKind = 'ok' | 'waiting' | 'attention' | 'broken' | 'off';

const looks = {
  ok: { Icon: CircleCheck, text: 'text-ok', soft: 'bg-ok-soft' },
  waiting: { Icon: CircleDashed, text: 'text-waiting', soft: 'bg-waiting-soft' },
  attention: { Icon: Clock, text: 'text-attention', soft: 'bg-attention-soft' },
  broken: { Icon: CircleAlert, text: 'text-broken', soft: 'bg-broken-soft' },
  off: { Icon: CircleMinus, text: 'text-off', soft: 'bg-off-soft' },
} satisfies Record<StatusKind, { Icon: LucideIcon; text: string; soft: string }>;

/** A status is never told by colour alone: icon, word and colour. `plain` leaves the tint out, for dense tables. */
export function Status(props: {
  kind: StatusKind;
  children: React.ReactNode;
  plain?: boolean;
  className?: string | undefined;
}) {
  const { Icon, text, soft } = looks[props.kind];
  return (
    <span
      className={classNames(
        'inline-flex max-w-full items-center gap-1.5 text-sm font-medium whitespace-nowrap',
        text,
        !props.plain && ['h-6 rounded-full px-2', soft],
        props.className,
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="truncate">{props.children}</span>
    </span>
  );
}
