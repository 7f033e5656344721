import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeProblems, type Environment, loadEnvironment } from '@onpaid/engine';

/** The repository's (later: the package's) own folder, where app/ lies. */
export const projectRoot = join(import.meta.dirname, '../..');

/** The environment with `.env` of the current folder beneath it; what is already set wins. The only place the CLI reads it. */
export function readEnvironment(): Record<string, string | undefined> {
  const file = join(process.cwd(), '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

/** Where local data lives: `.onpaid` in the current folder, or ONPAID_HOME. */
export function homeFolder(env: Record<string, string | undefined>): string {
  return resolve(env.ONPAID_HOME ?? '.onpaid');
}

/** What every program of ours needs, or one list of what is missing and exit code 78 (a configuration error). */
export function environmentOrExit(env: Record<string, string | undefined>): Environment {
  const loaded = loadEnvironment(env);
  if (loaded.ok) return loaded.environment;
  console.error(describeProblems(loaded.problems));
  process.exit(78);
}
