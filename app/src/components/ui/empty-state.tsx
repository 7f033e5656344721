import type { ReactNode } from 'react';

/** Says why it is empty and what will fill it, or which filter hides everything (then `action` clears it). */
export function EmptyState(props: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1 py-12 text-sm">
      <p className="font-medium text-ink">{props.title}</p>
      <p className="max-w-reading text-muted">{props.children}</p>
      {props.action && <div className="mt-3">{props.action}</div>}
    </div>
  );
}
