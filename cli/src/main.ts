import { Command, InvalidArgumentError } from 'commander';
import { readEnvironment } from './config.ts';

/** `onpaid`: each command is one file in commands/, loaded only when it is asked for. */
const onpaid = new Command('onpaid')
  .description('Everything that should happen when a customer pays: once, in order, and visible.')
  .version('0.1.0')
  .showHelpAfterError();

const env = readEnvironment();

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return number;
}

onpaid
  .command('start')
  .description('database, app and worker on this machine; without a Stripe key also a sandbox')
  .option('--dev', 'reload the app when its sources change', false)
  .option('--port <port>', 'where the app listens; another is chosen when it is taken', port, 3000)
  .action(async (options) => (await import('./commands/start.ts')).runStart(env, options));

onpaid
  .command('worker')
  .description('converge customers and run effects until stopped; any number may run')
  .action(async () => (await import('./commands/worker.ts')).runWorker(env));

onpaid
  .command('receiver')
  .description('a dedicated webhook receiver for heavy traffic')
  .option('--port <port>', 'where it listens', port, 3100)
  .option('--host <host>', 'the address it listens on', '127.0.0.1')
  .action(async (options) => (await import('./commands/receiver.ts')).runReceiver(env, options));

onpaid
  .command('migrate')
  .description('bring the database to the latest version; forward only')
  .action(async () => (await import('./commands/migrate.ts')).runMigrate(env));

onpaid.command('sandbox', { hidden: true }).action(async () => (await import('./commands/sandbox.ts')).runSandbox(env));

try {
  await onpaid.parseAsync();
} catch (error) {
  // What reaches this place is expected to say what was attempted and what to do; a stack is for ONPAID_DEBUG.
  console.error(env.ONPAID_DEBUG ? error : error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
