'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

/** An id, short, with the whole on hover and one press to copy it. */
export function CopyableId({ id, length = 12 }: { id: string; length?: number }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);

  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      title={id}
      onClick={async () => {
        await navigator.clipboard.writeText(id);
        setCopied(true);
      }}
      className="inline-flex items-center gap-1 rounded-sm font-mono text-xs text-muted hover:text-ink"
    >
      {shorten(id, length)}
      <span className="sr-only">{copied ? ', copied' : ', copy'}</span>
      <Icon aria-hidden className="size-3" />
    </button>
  );
}

/** Keeps the prefix that names the kind (`cus_`) and the end, where ids of one moment differ. */
function shorten(id: string, length: number): string {
  if (id.length <= length) return id;
  const prefix = /^[a-z]+_/.exec(id)?.[0] ?? '';
  return `${prefix}…${id.slice(-Math.max(4, length - prefix.length - 1))}`;
}
