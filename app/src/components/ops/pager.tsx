import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { hrefWith } from './query';

/** Newer and older, by key; a page has no number, because rows arrive all the time. */
export function Pager(props: {
  path: string;
  query: Record<string, string | undefined>;
  page: { older: string | null; newer: string | null };
}) {
  const { older, newer } = props.page;
  if (older === null && newer === null) return null;
  return (
    <nav aria-label="Pages" className="flex gap-2 py-4">
      <PageLink {...props} cursor={newer} word="Newer" />
      <PageLink {...props} cursor={older} word="Older" />
    </nav>
  );
}

function PageLink(props: {
  path: string;
  query: Record<string, string | undefined>;
  cursor: string | null;
  word: string;
}) {
  if (props.cursor === null) {
    return (
      <Button look="secondary" size="sm" disabled>
        {props.word}
      </Button>
    );
  }
  return (
    <Button asChild look="secondary" size="sm">
      <Link prefetch={false} href={hrefWith(props.path, props.query, { cursor: props.cursor })}>
        {props.word}
      </Link>
    </Button>
  );
}
