import { Skeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return (
    <main aria-busy className="mx-auto flex w-full max-w-xl flex-1 flex-col gap-4 px-6 py-16">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-9 w-2/3" />
      <Skeleton className="h-6 w-full" />
      <Skeleton className="h-6 w-5/6" />
    </main>
  );
}
