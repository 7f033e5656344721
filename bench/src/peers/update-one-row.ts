import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import pg from 'pg';
import Stripe from 'stripe';

/**
 * The handler most applications have: verify with the SDK, update the customer's row, answer. It keeps no event, so a
 * repeat is done again and an older event overwrites a newer state; it is here as the floor of what answering costs.
 */
const [databaseUrl, secret, customers] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
await pool.query(`
  create table subscription (id text primary key, customer text not null, status text, renews_at timestamptz, updated_at timestamptz)
`);
await pool.query(
  `insert into subscription (id, customer) select 'sub_bench' || n, 'cus_bench' || n from generate_series(0, $1::integer - 1) n`,
  [customers],
);

const server = createServer(async (request, response) => {
  try {
    const body = await buffer(request);
    const event = Stripe.webhooks.constructEvent(body, String(request.headers['stripe-signature']), String(secret));
    if (event.type === 'customer.subscription.updated') {
      const { id, status, items } = event.data.object;
      await pool.query(
        'update subscription set status = $2, renews_at = to_timestamp($3), updated_at = now() where id = $1',
        [id, status, items.data[0]?.current_period_end],
      );
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"received":true}');
  } catch {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"received":false}');
  }
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
