import { Skeleton } from '@/components/ui/skeleton';

const rows = Array.from({ length: 12 }, (_, row) => row);

export default function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-8 w-40" />
      <Skeleton className="h-5 w-72" />
      <div className="flex flex-col">
        {rows.map((row) => (
          <div key={row} className="flex h-9 items-center border-b border-line">
            <Skeleton className="h-4 w-full" />
          </div>
        ))}
      </div>
    </div>
  );
}
