import { Label as RadixLabel } from 'radix-ui';
import type { ComponentProps } from 'react';
import { classNames } from '@/components/class-names';

export function Label({ className, ...props }: ComponentProps<typeof RadixLabel.Root>) {
  return <RadixLabel.Root className={classNames('text-sm font-medium text-ink', className)} {...props} />;
}
