import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{engine,accounts,mail,connectors,cli,triage,sandbox,app,scripts}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'app/e2e/**', 'app/.next/**'],
    globalSetup: ['engine/src/testing/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One fewer than there are cores would leave half of a small machine idle: most tests wait for PostgreSQL.
    maxWorkers: '100%',
  },
});
