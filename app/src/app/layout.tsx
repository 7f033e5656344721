import type { Metadata, Viewport } from 'next';
import { connection } from 'next/server';
import { SandboxRibbon } from '@/components/sandbox-ribbon';
import { founder } from '@/server/founder';
import { services } from '@/server/services';
import './globals.css';

const { brand } = founder;

export const metadata: Metadata = {
  title: { default: brand.name, template: `%s · ${brand.name}` },
  description: brand.description,
  icons: { icon: '/icon.svg' },
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#101113' },
  ],
};

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  // Which mode this is, is known when it runs, not when it is built.
  await connection();
  const isSandbox = services().environment.mode === 'sandbox';
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col font-sans text-base antialiased">
        {isSandbox && <SandboxRibbon />}
        {children}
      </body>
    </html>
  );
}
