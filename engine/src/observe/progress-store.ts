import { billingObjectSchema } from '../billing/state.ts';
import type { Database } from '../db/database.ts';
import type { EffectState } from '../effects/ledger-store.ts';
import { type CheckoutProgress, checkoutProgress, type EffectFact } from './checkout-progress.ts';

// Stripe's clock and ours differ a little, and a welcome of an earlier purchase is not this one's.
const CLOCK_SKEW_MS = 300_000;

/** How far one purchase is; null when no such intent exists. */
export async function readCheckoutProgress(
  db: Database,
  intentId: string,
  now: Date,
): Promise<CheckoutProgress | null> {
  const intent = await db.selectFrom('checkout_intent').selectAll().where('id', '=', intentId).executeTakeFirst();
  if (intent === undefined) return null;
  const objects = await readObjects(db, intent.stripe_session_id);
  const subjectId = objects[0]?.subjectId ?? intent.stripe_customer_id;
  const [buyer, account, welcome] =
    subjectId === null
      ? [null, null, null]
      : await Promise.all([
          readBuyer(db, subjectId),
          readEffect(db, subjectId, 'app.account', null),
          readEffect(db, subjectId, 'email.welcome', new Date(intent.created_at.getTime() - CLOCK_SKEW_MS)),
        ]);
  return checkoutProgress(
    {
      intent: {
        id: intent.id,
        plan: intent.plan,
        email: intent.email,
        createdAt: intent.created_at,
        expiresAt: intent.expires_at,
      },
      objects,
      buyer,
      account,
      welcome,
    },
    now,
  );
}

/** The checkout session, and the subscription and invoice that it names. */
async function readObjects(db: Database, sessionId: string | null) {
  if (sessionId === null) return [];
  const [session] = await selectObjects(db, [sessionId]);
  if (session?.value.kind !== 'checkout') return [];
  const { subscriptionId, invoiceId } = session.value;
  const named = [subscriptionId, invoiceId].filter((id) => id !== null);
  return named.length === 0 ? [session] : [session, ...(await selectObjects(db, named))];
}

async function selectObjects(db: Database, ids: string[]) {
  const rows = await db
    .selectFrom('billing_object')
    .select(['value', 'occurred_at', 'subject_id'])
    .where('id', 'in', ids)
    .where('deleted', '=', false)
    .execute();
  return rows.map((row) => ({
    value: billingObjectSchema.parse(row.value),
    occurredAt: row.occurred_at,
    subjectId: row.subject_id,
  }));
}

async function readBuyer(db: Database, subjectId: string) {
  const row = await db
    .selectFrom('customer')
    .select(['access_allowed', 'access_changed_at'])
    .where('subject_id', '=', subjectId)
    .executeTakeFirst();
  return row === undefined ? null : { hasAccess: row.access_allowed, accessChangedAt: row.access_changed_at };
}

async function readEffect(
  db: Database,
  subjectId: string,
  kind: string,
  notBefore: Date | null,
): Promise<EffectFact | null> {
  let query = db
    .selectFrom('effect')
    .select(['state', 'next_at', 'settled_at'])
    .where('subject_id', '=', subjectId)
    .where('kind', '=', kind)
    .orderBy('created_at', 'desc')
    .limit(1);
  if (notBefore !== null) query = query.where('occurred_at', '>=', notBefore);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : { state: row.state as EffectState, nextAt: row.next_at, settledAt: row.settled_at };
}
