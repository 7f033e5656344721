import { LogOut } from 'lucide-react';
import type { Metadata } from 'next';
import { Rail } from '@/components/ops/rail';
import { founder } from '@/server/founder';
import { requirePermission } from '@/server/guards';

export const metadata: Metadata = {
  title: { default: 'Operations · Onpaid', template: '%s · Onpaid' },
  robots: { index: false },
};

export default async function OperationsLayout({ children }: { children: React.ReactNode }) {
  // Each page asks again: a layout is not read anew when only the page below it changes.
  const actor = await requirePermission('operations.view');
  return (
    <div className="flex flex-1 flex-col text-sm lg:flex-row">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-raised px-4 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <header className="flex shrink-0 items-center justify-between gap-1 border-line px-2 py-2 max-lg:border-b lg:sticky lg:top-0 lg:h-[calc(100dvh-2rem)] lg:w-52 lg:flex-col lg:items-stretch lg:justify-start lg:gap-6 lg:px-3 lg:py-5">
        <p className="truncate px-3 font-semibold max-lg:hidden">{founder.brand.name}</p>
        <Rail />
        <form action="/sign-out" method="post" className="text-xs text-muted lg:mt-auto lg:px-3">
          <p className="truncate max-lg:hidden" title={actor.email}>
            {actor.email}
          </p>
          <button
            type="submit"
            className="grid place-items-center rounded-sm hover:text-ink max-lg:size-9 lg:underline lg:underline-offset-4"
          >
            <LogOut aria-hidden className="size-4 lg:hidden" />
            <span className="max-lg:sr-only">Sign out</span>
          </button>
        </form>
      </header>
      <main id="main" className="min-w-0 flex-1 border-line px-4 py-5 lg:border-l lg:px-8">
        {children}
      </main>
    </div>
  );
}
