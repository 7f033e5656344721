import { describe, expect, test } from 'vitest';
import { apiVersions, type Era } from '../testing/api-versions.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPaymentMethod,
  aPlan,
  aPolicy,
  aPrice,
  aSubscription,
} from '../testing/index.ts';
import { aLife, onDay, readAs } from '../testing/life.ts';
import {
  aCharge,
  aDispute,
  anEarlyFraudWarning,
  anEntitlementSummary,
  aPaymentIntent,
  aRefund,
} from '../testing/payment-objects.ts';
import { decide } from './decide.ts';
import { type BillingObject, emptyState } from './state.ts';

const today = '2026-10-28.endive';
const policy = aPolicy({ plans: [aPlan('team')] });
const versions = Object.entries(apiVersions);
const kinds = ['subscription', 'invoice', 'checkout', 'charge', 'payment'] as const satisfies (keyof Era)[];

/** What only older versions name: since 2025-03-31.basil a read is asked for it. */
const namedByOlderOnes: Partial<Record<BillingObject['kind'], object>> = {
  invoice: { paymentIds: ['pi_1'], chargeIds: ['ch_1'] },
  charge: { invoiceId: 'in_1' },
  payment: { invoiceId: 'in_1' },
};

describe('an endpoint of any version', () => {
  test.each(versions.flatMap(([version, era]) => kinds.map((kind) => [version, kind, era[kind]] as const)))(
    'BS7: of %s tells the same %s as today’s, as far as it tells it',
    (version, kind, raw) => {
      const isBeforeBasil = version < '2025-03-31';
      const expected = readAs(kind, apiVersions[today]?.[kind] ?? {});
      expect(readAs(kind, raw)).toEqual({ ...expected, ...(isBeforeBasil && namedByOlderOnes[kind]) });
    },
  );

  test.each(versions)('BS7: of %s makes the same purchase', (_, era) => {
    const life = aLife({ policy });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['customer.subscription.created', era.subscription],
      ['invoice.paid', era.invoice],
      ['checkout.session.completed', era.checkout],
    );
    expect(step).toMatchObject({
      billing: 'active',
      allow: true,
      plan: 'team',
      says: ['sale:sub_1@chat', 'welcome:sub_1@email'],
    });
    expect(life.access.reason).toMatchObject({ renewsAt: '2026-12-02T10:00:00.000Z' });
  });

  test.each(versions)(
    'BS7: of %s tells of a refund that ends access, once it says or a read finds what it paid',
    (_, era) => {
      const life = aLife({ policy, key: true });
      life.told(
        onDay(0),
        ['customer.created', aCustomer()],
        ['customer.subscription.created', era.subscription],
        ['invoice.paid', era.invoice],
      );
      life.told(onDay(1), ['charge.refunded', { ...era.charge, amount_refunded: 4900 }], ['refund.created', aRefund()]);
      const payments = { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_1' } }] };
      const read = life.read(
        onDay(1, 5),
        ['customer', aCustomer()],
        ['subscription', aSubscription()],
        ['invoice', anInvoice({ payments })],
      );
      expect(read).toMatchObject({ billing: 'refunded', allow: false, why: 'refunded' });
    },
  );
});

describe('a shape nobody knows', () => {
  const product = { id: 'prod_1', name: 'Team', active: true, created: 1 };
  const broken = {
    customer: ['customer.updated', aCustomer({ created: 'yesterday' }), 'created'],
    subscription: ['customer.subscription.updated', aSubscription({ status: 'hibernating' }), 'status'],
    invoice: ['invoice.paid', anInvoice({ status: 'half_paid' }), 'status'],
    checkout: ['checkout.session.completed', aCheckoutSession({ payment_status: 'promised' }), 'payment_status'],
    payment: ['payment_intent.succeeded', aPaymentIntent({ amount: '49.00' }), 'amount'],
    charge: ['charge.refunded', aCharge({ amount_refunded: null }), 'amount_refunded'],
    refund: ['refund.created', aRefund({ status: 'dreamt' }), 'status'],
    dispute: ['charge.dispute.created', aDispute({ status: 'arbitration' }), 'status'],
    fraud_warning: ['radar.early_fraud_warning.created', anEarlyFraudWarning({ charge: null }), 'charge'],
    payment_method: ['payment_method.attached', aPaymentMethod({ type: 7 }), 'type'],
    entitlements: [
      'entitlements.active_entitlement_summary.updated',
      { ...anEntitlementSummary('sso'), entitlements: { data: [{ feature: 'feat_sso' }] } },
      'lookup_key',
    ],
    product: ['product.updated', { ...product, active: 'sometimes' }, 'active'],
    price: ['price.updated', aPrice({ recurring: { interval: 'fortnight' } }), 'interval'],
  } as const satisfies Record<BillingObject['kind'], readonly [string, object, string]>;

  test.each(Object.entries(broken))(
    'BS7: of a %s is kept and reported by its field, and believed of nothing',
    (kind, it) => {
      const [type, object, field] = it;
      const before = emptyState('cus_1');
      const body = Buffer.from(JSON.stringify({ data: { object } }));
      const at = onDay(0);
      const event = {
        id: 'evt_1',
        subjectId: 'cus_1',
        type,
        occurredAt: at,
        origin: 'webhook',
        body,
        shapes: 'snapshot',
      };
      const decided = decide(
        { before, customer: null, events: [event], snapshot: null },
        { policy, slots: new Set(['email']), liveSince: at, now: at, baseUrl: 'https://a.example', canVerify: true },
      );
      expect(decided.outcomes).toEqual([{ id: 'evt_1', shapes: 'snapshot', outcome: 'unresolved' }]);
      expect(decided.unresolved[0]?.reason).toContain(`${kind} in a shape we do not know`);
      expect(decided.unresolved[0]?.reason).toContain(field);
      expect(decided.state.objects).toEqual({});
      expect(decided.effects).toEqual([]);
      // Stripe is asked what it meant.
      expect(decided.needsRead).toBe(true);
    },
  );
});
