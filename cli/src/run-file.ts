import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** `.onpaid/run.json`: what is running and where, so that anything outside can drive and count it. */
export const runFileSchema = z.object({
  mode: z.enum(['sandbox', 'test', 'live']),
  startedAt: z.string(),
  urls: z.object({ app: z.string(), pricing: z.string(), operations: z.string(), webhook: z.string() }),
  staffSignInUrl: z.string().nullable(),
  /** Process ids by role; the supervisor is `start`. */
  pids: z.record(z.string(), z.number()),
  databaseUrl: z.string(),
  logs: z.string(),
  sandbox: z
    .object({
      webhookSecret: z.string(),
      stripe: z.string(),
      baseUrls: z.record(z.string(), z.string()),
      inboxUrls: z.record(z.string(), z.string()),
      faultsUrl: z.string(),
    })
    .nullable(),
});
export type RunFile = z.infer<typeof runFileSchema>;

const fileOf = (home: string) => join(home, 'run.json');

/** Written whole or not at all, readable by the owner only: in the sandbox it holds its secrets, elsewhere the database's address. */
export async function writeRunFile(home: string, run: RunFile): Promise<void> {
  const file = fileOf(home);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Null when there is none, or when it is of another shape (an older version's). */
export async function readRunFile(home: string): Promise<RunFile | null> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = runFileSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export async function removeRunFile(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}
