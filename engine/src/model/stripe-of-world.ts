import Stripe from 'stripe';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { StripeObject } from '../testing/stripe-objects.ts';
import type { Kind, World } from './world.ts';

/** Stripe's API over a world, as far as our reader asks: the reader itself is the real one. */
export function callsTo(world: World): StripeCalls {
  const stripe = clientOf(world);
  return {
    call: (_endpoint, _signal, send) => send(stripe),
    async *pages(_endpoint, _signal, list) {
      yield (await list(stripe, {})).data;
    },
  };
}

function clientOf(world: World): Stripe {
  const held = (id: string): StripeObject => {
    const one = world.objects.get(id)?.raw;
    if (one !== undefined) return one;
    throw new Stripe.errors.StripeInvalidRequestError({
      type: 'invalid_request_error',
      message: `No such object: ${id}`,
      statusCode: 404,
    });
  };
  const newest = (kind: Kind, wanted: (raw: StripeObject) => boolean = () => true) =>
    [...world.objects.values()]
      .filter((it) => it.kind === kind && wanted(it.raw))
      .map((it) => it.raw)
      .reverse();
  const list = (data: StripeObject[]) => ({ object: 'list', data, has_more: false, url: '/' });
  const paid = (raw: StripeObject) => ({ ...raw, payments: list(paymentsOf(world, raw.id)) });
  const withCharge = (raw: StripeObject) => ({ ...raw, charge: held(String(raw.charge)) });
  const byCharge = (kind: Kind) => async (query: { charge: string }) =>
    list(newest(kind, (raw) => raw.charge === query.charge));

  const client = {
    customers: {
      retrieve: async (id: string) => (world.gone.has(id) ? { id, object: 'customer', deleted: true } : held(id)),
    },
    subscriptions: {
      list: async ({ customer }: { customer: string }) =>
        list(newest('subscription', (it) => it.customer === customer)),
      retrieve: async (id: string) => held(id),
    },
    invoices: {
      list: async ({ customer, limit }: { customer: string; limit: number }) =>
        list(
          newest('invoice', (it) => it.customer === customer)
            .slice(0, limit)
            .map(paid),
        ),
      retrieve: async (id: string) => paid(held(id)),
    },
    charges: {
      list: async ({ customer }: { customer: string }) => list(newest('charge', (it) => it.customer === customer)),
      retrieve: async (id: string) => held(id),
    },
    refunds: { list: byCharge('refund'), retrieve: async (id: string) => withCharge(held(id)) },
    disputes: { list: byCharge('dispute'), retrieve: async (id: string) => withCharge(held(id)) },
    radar: { earlyFraudWarnings: { retrieve: async (id: string) => withCharge(held(id)) } },
    paymentIntents: { retrieve: async (id: string) => held(id) },
    // Detached, it is nobody's, and still there.
    paymentMethods: {
      retrieve: async (id: string) => (world.gone.has(id) ? detached(id, world) : held(id)),
    },
    checkout: {
      sessions: {
        retrieve: async (id: string) => held(id),
        list: async (query: { payment_intent: string }) =>
          list(newest('checkout', (it) => it.payment_intent === query.payment_intent)),
      },
    },
  };
  return client as unknown as Stripe;
}

function paymentsOf(world: World, invoiceId: string): StripeObject[] {
  const payment_intent = world.paymentOf.get(invoiceId);
  if (payment_intent === undefined) return [];
  const payment = { type: 'payment_intent', payment_intent };
  return [{ id: `inpay_${invoiceId}`, object: 'invoice_payment', invoice: invoiceId, payment }];
}

function detached(id: string, world: World): StripeObject {
  const attached = world.told.find((it) => it.object.id === id)?.object;
  return { ...attached, id, object: 'payment_method', customer: null };
}
