'use client';

import { Activity, CircleAlert, Inbox, type LucideIcon, Users } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { classNames } from '@/components/class-names';

const places: { href: string; word: string; Icon: LucideIcon }[] = [
  { href: '/ops', word: 'Customers', Icon: Users },
  { href: '/ops/issues', word: 'Issues', Icon: CircleAlert },
  { href: '/ops/effects', word: 'Effects', Icon: Activity },
  { href: '/ops/events', word: 'Events', Icon: Inbox },
];

/** At the left of a desk, at the top of a phone. */
export function Rail() {
  const path = usePathname();
  return (
    <nav aria-label="Operations" className="flex gap-1 overflow-x-auto lg:flex-col">
      {places.map(({ href, word, Icon }) => {
        const isHere = href === '/ops' ? path === '/ops' || path.startsWith('/ops/customers') : path.startsWith(href);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? 'page' : undefined}
            className={classNames(
              'flex h-9 items-center gap-2 rounded-md px-2 text-sm lg:px-3',
              isHere ? 'bg-hover font-medium text-ink' : 'text-muted hover:bg-hover hover:text-ink',
            )}
          >
            <Icon aria-hidden className="size-4 max-lg:hidden" />
            {word}
          </Link>
        );
      })}
    </nav>
  );
}
