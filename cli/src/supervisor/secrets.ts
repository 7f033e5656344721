import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({
  session: z.string(),
  stripeKey: z.string(),
  webhook: z.string(),
  hubspot: z.string(),
  zendesk: z.string(),
  provisioning: z.string(),
});
export type LocalSecrets = z.infer<typeof secretsSchema>;

/** Made once per data folder and kept, readable by the owner only: sessions survive a restart, the sandbox's vendors agree. */
export async function localSecrets(folder: string): Promise<LocalSecrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) return secretsSchema.parse(JSON.parse(text));
  const word = (bytes: number) => randomBytes(bytes).toString('hex');
  const secrets: LocalSecrets = {
    session: randomBytes(32).toString('base64url'),
    stripeKey: `sk_test_sandbox${word(12)}`,
    webhook: `whsec_${word(16)}`,
    hubspot: `pat-sandbox-${word(12)}`,
    zendesk: word(16),
    provisioning: `whsec_${randomBytes(32).toString('base64')}`,
  };
  await writeFile(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
