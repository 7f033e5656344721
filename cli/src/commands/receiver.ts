import {
  createLogger,
  createRecorder,
  createRefusalCounter,
  createWaker,
  openDatabase,
  stampDeployment,
  startReceiver,
} from '@onpaid/engine';
import { environmentOrExit } from '../config.ts';

/** The dedicated receiver for heavy traffic: the same verify and record as the app's route, without Next.js around it. */
export async function runReceiver(
  env: Record<string, string | undefined>,
  options: { port: number; host: string },
): Promise<void> {
  const environment = environmentOrExit(env);
  const log = createLogger('receiver');
  const open = openDatabase(environment.databaseUrl, { max: 4, applicationName: 'onpaid receiver' });
  await stampDeployment(open.db, { mode: environment.mode, stripeAccount: null });
  const recorder = createRecorder({ pool: open.pool, onRecorded: createWaker(open.pool, log) });
  const refusals = createRefusalCounter({ pool: open.pool, log });
  const receiver = await startReceiver({
    ...options,
    mode: environment.mode,
    secrets: environment.stripe.webhookSecrets,
    recorder,
    refusals,
    now: () => new Date(),
    log,
  });
  console.log(`Receiving at http://${options.host}:${receiver.port}/api/stripe/webhook`);
  process.send?.({ port: receiver.port });

  const stop = async () => {
    await receiver.close();
    await recorder.close();
    await refusals.close();
    await open.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
