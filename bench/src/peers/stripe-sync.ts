import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import pg from 'pg';
import { pino } from 'pino';

/** @supabase/stripe-sync-engine behind the least server that can carry it. It upserts the subscription before it answers. */
const [databaseUrl = '', secret = ''] = process.argv.slice(2);
// Only its CommonJS build migrates: the ES module logs a ReferenceError to an optional logger and leaves no tables.
const { StripeSync, runMigrations } = createRequire(import.meta.url)(
  '@supabase/stripe-sync-engine',
) as typeof import('@supabase/stripe-sync-engine');
// Its migrations name the role "postgres", and a failed one is only logged: every webhook is answered 400 then.
const setUp = new pg.Client({ connectionString: databaseUrl });
await setUp.connect();
await setUp.query('create role postgres');
await setUp.end();
await runMigrations({ databaseUrl, schema: 'stripe', logger: pino({ level: 'error' }) });
const sync = new StripeSync({
  schema: 'stripe',
  stripeSecretKey: 'sk_test_never_called',
  stripeWebhookSecret: secret,
  // Reading related objects back from Stripe would measure Stripe.
  backfillRelatedEntities: false,
  autoExpandLists: false,
  poolConfig: { connectionString: databaseUrl, max: 20 },
});

const server = createServer(async (request, response) => {
  try {
    await sync.processWebhook(await buffer(request), String(request.headers['stripe-signature']));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}');
  } catch (error) {
    console.error(error);
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"received":false}');
  }
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
