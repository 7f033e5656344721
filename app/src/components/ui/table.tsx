import type { ComponentProps } from 'react';
import { classNames } from '@/components/class-names';

/** Rows are 36 px, the header stays, numbers go right (`className="text-right"`). */
export function TableBody(props: ComponentProps<'tbody'>) {
  return <tbody {...props} />;
}

export function TableRow({ className, ...props }: ComponentProps<'tr'>) {
  return <tr className={classNames('h-9 border-b border-line hover:bg-hover', className)} {...props} />;
}

export function TableHeading({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={classNames('h-9 px-3 text-xs font-medium whitespace-nowrap text-muted', className)}
      {...props}
    />
  );
}

export function TableCell({ className, ...props }: ComponentProps<'td'>) {
  return <td className={classNames('px-3 whitespace-nowrap', className)} {...props} />;
}
