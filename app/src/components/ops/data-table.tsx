import type { ComponentProps, ReactNode } from 'react';
import { classNames } from '@/components/class-names';

export { TableBody, TableCell, TableHeading, TableRow } from '@/components/ui/table';

/**
 * A table to scan. From 1024 px up its columns fit, cells are cut, and the header sticks to the window; below, it scrolls
 * sideways inside itself and the first column stays.
 */
export function DataTable({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto lg:overflow-x-visible">
      <table
        className={classNames(
          'w-full min-w-[60rem] table-fixed border-separate border-spacing-0 text-left text-sm lg:min-w-0',
          '[&_td]:truncate [&_td]:px-2 [&_th]:px-2 [&_td]:border-b [&_td]:border-line [&_th]:border-b [&_th]:border-line',
          'max-lg:[&_td:first-child]:sticky max-lg:[&_td:first-child]:left-0 max-lg:[&_td:first-child]:z-2 max-lg:[&_td:first-child]:bg-canvas',
        )}
      >
        {children}
      </table>
    </section>
  );
}

export function StickyHead(props: ComponentProps<'thead'>) {
  return <thead className="bg-canvas lg:sticky lg:top-0 lg:z-10" {...props} />;
}

/** A link that makes its whole row pressable, while what lies above it keeps its own hover. */
export const rowLink = 'font-medium after:absolute after:inset-0 hover:underline underline-offset-4';
