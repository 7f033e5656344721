import Link from 'next/link';
import { Button } from '@/components/ui/button';

export const metadata = { title: 'Page not found' };

export default function NotFound() {
  return (
    <main className="mx-auto flex w-full max-w-xl flex-1 flex-col items-start justify-center gap-4 px-6 py-16">
      <h1 className="text-2xl font-semibold">This page is not here</h1>
      <p className="text-muted">The address may be mistyped, or what it showed belongs to another person.</p>
      <Button asChild look="secondary">
        <Link href="/">Go to the first page</Link>
      </Button>
    </main>
  );
}
