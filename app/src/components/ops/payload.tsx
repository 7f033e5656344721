'use client';

import { type ReactNode, useState } from 'react';

/** The stored body of an event, fetched when it is opened. */
export function Payload({ eventId, label }: { eventId: string; label: ReactNode }) {
  const [body, setBody] = useState<string | null>(null);

  async function load() {
    setBody('Loading…');
    const response = await fetch(`/ops/events/${encodeURIComponent(eventId)}/payload`).catch(() => null);
    // A session that has ended leads to the sign-in page, which is no body.
    setBody(
      response?.ok && !response.redirected
        ? await response.text()
        : 'The body could not be read. Close this and open it again.',
    );
  }

  return (
    <details
      className="text-xs text-muted"
      onToggle={(event) => {
        if (event.currentTarget.open) load();
      }}
    >
      <summary className="w-fit max-w-full cursor-pointer truncate rounded-sm hover:text-ink">{label}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre aria-live="polite" tabIndex={0} className="my-2 max-h-96 overflow-auto rounded-md bg-surface p-3 text-ink">
        {body}
      </pre>
    </details>
  );
}
