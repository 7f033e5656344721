import { join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '../..');

/** Only what a program needs to run, so that no key of whoever runs the benchmark reaches a contender. */
export function childEnvironment(variables: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...variables };
}
