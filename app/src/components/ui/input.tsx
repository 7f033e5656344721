import type { ComponentProps } from 'react';
import { classNames } from '@/components/class-names';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      className={classNames(
        'h-9 w-full rounded-md border border-edge bg-canvas px-3 text-sm text-ink placeholder:text-muted disabled:opacity-60 aria-invalid:border-broken',
        className,
      )}
      {...props}
    />
  );
}
