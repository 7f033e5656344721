import type { ReactNode } from 'react';
import { Live } from './live';

/** The page's name, what stands beside it, and whether it is live. */
export function PageTitle({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex min-h-8 items-center justify-between gap-4">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
        <h1 className="min-w-0 text-lg font-semibold">{title}</h1>
        {children}
      </div>
      <Live />
    </header>
  );
}
