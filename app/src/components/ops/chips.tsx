import { X } from 'lucide-react';
import Link from 'next/link';
import { classNames } from '@/components/class-names';

export interface Chip {
  href: string;
  word: string;
  active: boolean;
  /** How many there are; left out when it is nothing or not known. */
  count?: string | undefined;
}

/** Filters as links: they are the address, so they can be kept, sent and gone back from. An active one is pressed to remove it. */
export function Chips({ label, chips, exclusive }: { label: string; chips: Chip[]; exclusive?: boolean }) {
  return (
    <nav
      aria-label={label}
      className="relative -mx-4 flex gap-2 overflow-x-auto px-4 py-1 sm:mx-0 sm:flex-wrap sm:px-0"
    >
      {chips.map(({ href, word, active, count }) => (
        <Link
          key={word}
          href={href}
          prefetch={false}
          aria-current={active ? 'true' : undefined}
          className={classNames(
            'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full border px-3 text-sm whitespace-nowrap',
            active ? 'border-ink bg-ink text-canvas' : 'border-line text-ink hover:border-edge hover:bg-hover',
          )}
        >
          {word}
          {count && <span className={active ? '' : 'text-muted'}>{count}</span>}
          {active && !exclusive && (
            <>
              <X aria-hidden className="size-3.5" />
              <span className="sr-only">, remove this filter</span>
            </>
          )}
        </Link>
      ))}
    </nav>
  );
}
