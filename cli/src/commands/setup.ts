import { styleText } from 'node:util';
import { installationConnections } from '../program.ts';

/** Creates what each vendor needs to have before the first call (HubSpot's properties, say). Safe to run again; exits 1 when one refuses. */
export async function runSetup(env: Record<string, string | undefined>): Promise<void> {
  for (const { label, setup } of await installationConnections(env)) {
    if (setup === undefined) {
      console.log(`  ${styleText('dim', '–')} ${label} needs nothing.`);
      continue;
    }
    const answer = await setup(AbortSignal.timeout(30_000));
    if (answer.ok) {
      const { created, existing } = answer.value;
      const made = created.length === 0 ? 'nothing was missing' : `created ${created.join(', ')}`;
      console.log(`  ${styleText('green', '✓')} ${label}: ${made}; ${existing.length} were there already.`);
    } else {
      console.error(`  ${styleText('red', '✗')} ${label}: ${answer.failure.reason}`);
      process.exitCode = 1;
    }
  }
}
