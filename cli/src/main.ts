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

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 1_000)
    throw new InvalidArgumentError('It is a whole number from 1 to 1000.');
  return number;
}

function webAddress(value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new InvalidArgumentError('An address is written whole, with https://.');
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number from 1 on.');
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

onpaid
  .command('setup')
  .description('create what the configured vendors need to have first, such as HubSpot properties; safe to run again')
  .action(async () => (await import('./commands/setup.ts')).runSetup(env));

onpaid
  .command('connect')
  .description('make this installation and a vendor know each other')
  .command('stripe')
  .description('the webhook endpoint, the permissions of the key, the prices; safe to run again')
  .option('--dry-run', 'only say what would be done', false)
  .option('--create-prices', 'create the prices of onpaid.config.ts that are absent', false)
  .option('--replace', 'make a new endpoint where the API version differs; run again, remove the old one', false)
  .option('--write-env', 'put the signing secret into .env instead of showing it', false)
  .option('--force', 'overwrite another signing secret in .env', false)
  .action(async (options) => (await import('./commands/connect.ts')).runConnectStripe(env, options));

onpaid
  .command('promote')
  .description(
    'may what was tried here go live? The live key is read from STRIPE_LIVE_SECRET_KEY, for this check alone',
  )
  .option('--url <url>', 'where the live installation will be; ONPAID_URL unless given', webAddress)
  .option('--hours <hours>', 'how far back deliveries count', count, 24)
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/promote.ts')).runPromote(env, options));

onpaid
  .command('doctor')
  .description('is everything in step: database, connections, invariants, issues')
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/doctor.ts')).runDoctor(env, options));

const customers = onpaid.command('customers').description('look at customers, and say who is one buyer');

customers
  .command('show <id-or-email>')
  .description('one customer with all they are at Stripe, what was merged and split, and the timeline')
  .option('--json', 'print it as JSON', false)
  .action(async (wanted, options) => (await import('./commands/customers.ts')).runCustomersShow(env, wanted, options));

customers
  .command('duplicates')
  .description('customers that look like one buyer, and why')
  .option('--limit <count>', 'how many groups', count, 50)
  .option('--after <address>', 'go on after this address')
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/identity.ts')).runCustomersDuplicates(env, options));

customers
  .command('merge <keep> <merge>')
  .description('two customers are one buyer; by our id or the Stripe customer id')
  .requiredOption('--reason <reason>', 'why, for the history')
  .action(async (keep, merge, options) =>
    (await import('./commands/identity.ts')).runCustomersMerge(env, keep, merge, options),
  );

customers
  .command('split <stripe-customer-id>')
  .description('undo a merge: what belongs to this Stripe customer is a customer of its own again')
  .requiredOption('--reason <reason>', 'why, for the history')
  .action(async (id, options) => (await import('./commands/identity.ts')).runCustomersSplit(env, id, options));

customers
  .command('contacts-merged <id>')
  .description('the contacts of a merged customer were merged at the CRM: closes the issue that asked for it')
  .action(async (id) => (await import('./commands/identity.ts')).runContactsMerged(env, id));

onpaid
  .command('effects')
  .description('look at the ledger of effects')
  .command('list')
  .option('--group <group>', 'unknown, dead, retrying, waiting, sent or suppressed')
  .option('--limit <count>', 'how many', count, 50)
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/lists.ts')).runEffectsList(env, options));

onpaid
  .command('events')
  .description('look at what Stripe told us')
  .command('list')
  .option('--limit <count>', 'how many', count, 50)
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/lists.ts')).runEventsList(env, options));

onpaid
  .command('reconcile')
  .description('compare what we hold with what Stripe says, object by object, and heal what differs')
  .option('--customer <id-or-email>', 'one customer only')
  .option('--dry-run', 'say what differs and change nothing', false)
  .option('--restart', 'from the beginning, though an earlier run was stopped', false)
  .option('--calls <count>', 'stop after about so many calls to Stripe; the next run goes on', wholeNumber)
  .option('--rate <count>', 'calls a second to each of Stripe’s endpoints, which allow 25', wholeNumber)
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/reconcile.ts')).runReconcile(env, options));

onpaid
  .command('backfill')
  .description('take over everything the Stripe account holds; stopped anywhere, it goes on where it was')
  .option('--dry-run', 'count what Stripe lists and change nothing', false)
  .option('--restart', 'from the beginning, though an earlier run was stopped', false)
  .option('--rate <count>', 'calls a second to each of Stripe’s endpoints, which allow 25', wholeNumber)
  .option('--json', 'print it as JSON', false)
  .action(async (options) => (await import('./commands/backfill.ts')).runBackfill(env, options));

onpaid
  .command('replay <event-or-file>')
  .description('project an event again: by its id, or from a file of one event or one a line')
  .option('--dry-run', 'say what would change and change nothing', false)
  .option('--json', 'print it as JSON', false)
  .action(async (source, options) => (await import('./commands/replay.ts')).runReplay(env, source, options));

onpaid
  .command('staff')
  .description('who may operate this installation')
  .command('link <email>')
  .description('a link that signs the address in as staff, once')
  .option('--role <role>', 'owner, admin, support or viewer', 'viewer')
  .action(async (email, options) => (await import('./commands/staff.ts')).runStaffLink(env, email, options.role));

onpaid
  .command('triage <url>')
  .description('check the webhook of any app from outside')
  .option('--webhook-path <path>', 'where the app takes webhooks', '/api/stripe/webhook')
  .option('--json', 'print it as JSON', false)
  .action(async (url, options) => (await import('./commands/triage.ts')).runTriage(url, options));

onpaid
  .command('smoke')
  .description('buy twice in a sandbox of its own, every event delivered three times, and count what came of it')
  .option('--running', 'in the fresh sandbox that runs from this folder, instead of one of its own', false)
  .option('--json', 'print the counts as JSON only', false)
  .action(async (options) => (await import('./commands/smoke.ts')).runSmoke(env, options));

onpaid.command('sandbox', { hidden: true }).action(async () => (await import('./commands/sandbox.ts')).runSandbox(env));

try {
  await onpaid.parseAsync();
} catch (error) {
  // What reaches this place is expected to say what was attempted and what to do; a stack is for ONPAID_DEBUG.
  console.error(env.ONPAID_DEBUG ? error : error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
