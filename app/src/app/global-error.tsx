'use client';

// Replaces the root layout when that fails too, so it brings its own few styles.
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body
        style={{
          colorScheme: 'light dark',
          fontFamily: 'system-ui, sans-serif',
          margin: '15vh auto',
          maxWidth: '32rem',
          padding: '0 24px',
        }}
      >
        <title>This page could not be shown</title>
        <h1 style={{ fontSize: 28 }}>This page could not be shown</h1>
        <p>Something failed on our side. Nothing you paid is lost. Try again in a minute.</p>
        {error.digest && <p>Request {error.digest}</p>}
        <button type="button" onClick={reset}>
          Load the page again
        </button>
      </body>
    </html>
  );
}
