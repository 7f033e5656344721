'use client';

import { ThemeProvider } from 'next-themes';

/** Lets a person override the system's light or dark; pages without it simply follow the system. */
export function Theme({ nonce, children }: { nonce: string | undefined; children: React.ReactNode }) {
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableColorScheme={false} {...(nonce ? { nonce } : {})}>
      {children}
    </ThemeProvider>
  );
}
