import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { classNames } from '@/components/class-names';

const button = cva(
  'inline-flex items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'bg-accent text-accent-ink hover:not-disabled:brightness-110',
        secondary: 'border border-edge bg-canvas text-ink hover:not-disabled:bg-hover',
        quiet: 'text-ink hover:not-disabled:bg-hover',
        destructive: 'border border-broken bg-canvas text-broken hover:not-disabled:bg-broken-soft',
        link: 'h-auto px-0 text-accent-text underline underline-offset-4 hover:text-ink',
      },
      size: {
        sm: 'h-8 px-3 text-sm',
        md: 'h-9 px-4 text-sm',
        lg: 'h-12 px-6 text-base',
        icon: 'size-8',
      },
    },
    defaultVariants: { look: 'primary', size: 'md' },
  },
);

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button> & { asChild?: boolean };

export function Button({ className, look, size, asChild = false, ...props }: ButtonProps) {
  const Component = asChild ? Slot.Root : 'button';
  return <Component className={classNames(button({ look, size }), className)} {...props} />;
}
