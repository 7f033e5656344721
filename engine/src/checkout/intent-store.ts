import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

export interface CheckoutIntent {
  id: string;
  plan: string;
  lookupKey: string;
  email: string;
  /** Stripe's page for it; null until a session is made. */
  sessionUrl: string | null;
}

/**
 * The open intent of this person and price, or a new one. Two tabs at the same moment get the same intent, so their
 * calls to Stripe carry the same idempotency keys and make one customer and one session.
 */
export async function openIntentOf(
  db: Database,
  wanted: { email: string; plan: string; lookupKey: string },
  now: Date,
): Promise<CheckoutIntent> {
  return db.transaction().execute(async (tx) => {
    const person = `checkout:${wanted.email}:${wanted.lookupKey}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${person}, 0))`.execute(tx);
    const { rows } = await sql<CheckoutIntent>`
      select id, plan, price_lookup_key as "lookupKey", email, stripe_session_url as "sessionUrl"
      from onpaid.checkout_intent as intent
      where email = ${wanted.email}
        and price_lookup_key = ${wanted.lookupKey}
        -- Time is left to pay; or the session was never made, and Stripe still knows our idempotency keys.
        and case
          when expires_at is null then created_at > ${now}::timestamptz - interval '12 hours'
          else expires_at > ${now}::timestamptz + interval '15 minutes'
        end
        and not exists (
          select from onpaid.billing_object as checkout
          where checkout.id = intent.stripe_session_id and checkout.value ->> 'status' <> 'open'
        )
      order by created_at desc
      limit 1
    `.execute(tx);
    if (rows[0]) return rows[0];
    const intent: CheckoutIntent = { id: randomUUID(), sessionUrl: null, ...wanted };
    await sql`
      insert into onpaid.checkout_intent (id, plan, price_lookup_key, email, created_at)
      values (${intent.id}, ${intent.plan}, ${intent.lookupKey}, ${intent.email}, ${now})
    `.execute(tx);
    return intent;
  });
}

export async function saveSession(
  db: Database,
  intentId: string,
  session: { customerId: string; id: string; url: string; expiresAt: Date },
): Promise<void> {
  await sql`
    update onpaid.checkout_intent
    set stripe_customer_id = ${session.customerId}, stripe_session_id = ${session.id},
      stripe_session_url = ${session.url}, expires_at = ${session.expiresAt}
    where id = ${intentId}
  `.execute(db);
}

/** Stripe's page of an intent, for who comes back without having paid. */
export async function sessionUrlOf(db: Database, intentId: string): Promise<string | null> {
  const { rows } = await sql<{ url: string | null }>`
    select stripe_session_url as url
    from onpaid.checkout_intent
    where id = ${intentId}
  `.execute(db);
  return rows[0]?.url ?? null;
}

/**
 * Asks for a read from Stripe now: the buyer is back, and the webhook is not. At most every ten seconds for one buyer,
 * however often the page asks. True when something was asked for.
 */
export async function hurryIntent(db: Database, intentId: string, now: Date): Promise<boolean> {
  const { rows } = await sql`
    insert into onpaid.subject as subject (id, verify_at, verify_wanted_since)
    select stripe_customer_id, ${now}::timestamptz, ${now}::timestamptz
    from onpaid.checkout_intent
    where id = ${intentId} and stripe_customer_id is not null
    on conflict (id) do update
    set verify_at = least(subject.verify_at, excluded.verify_at),
      verify_wanted_since = coalesce(subject.verify_wanted_since, excluded.verify_wanted_since)
    where subject.verified_at is null or subject.verified_at < ${now}::timestamptz - interval '10 seconds'
    returning subject.id
  `.execute(db);
  return rows.length > 0;
}
