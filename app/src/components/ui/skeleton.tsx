import { classNames } from '@/components/class-names';

/** Keeps the space of what is loading; give it the size of the real thing. */
export function Skeleton({ className }: { className?: string | undefined }) {
  return <div aria-hidden className={classNames('animate-pulse rounded-md bg-hover', className)} />;
}
