import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { flag, mergeMetadata, metadata, text, webUrl, wholeNumber } from '../api/params.ts';
import { newId } from '../ids.ts';
import type { CheckoutSession, LineItem, Price } from '../objects.ts';
import type { Operation } from '../operation.ts';
import type { CheckoutPlan, State, TrialEnd } from '../state.ts';
import { trialSettings } from './change-subscription.ts';
import { discountLines } from './discount.ts';
import { discountParams, discountSources } from './redeem.ts';

export const sessionParams = z.strictObject({
  allow_promotion_codes: flag.optional(),
  billing_address_collection: z.enum(['auto', 'required']).optional(),
  cancel_url: webUrl.optional(),
  client_reference_id: text.max(200).optional(),
  customer: text.optional(),
  customer_creation: z.enum(['always', 'if_required']).optional(),
  customer_email: z.email().optional(),
  discounts: discountParams.optional(),
  expires_at: wholeNumber.optional(),
  invoice_creation: z.strictObject({ enabled: flag }).optional(),
  line_items: z
    .array(z.strictObject({ price: text, quantity: wholeNumber.pipe(z.number().min(1)).default(1) }))
    .min(1)
    .max(100),
  locale: text.optional(),
  metadata: metadata.optional(),
  mode: z.enum(['payment', 'subscription']),
  payment_intent_data: z.strictObject({ description: text.optional(), metadata: metadata.optional() }).optional(),
  payment_method_collection: z.enum(['always', 'if_required']).optional(),
  payment_method_types: z
    .array(z.enum(['card', 'sepa_debit']))
    .min(1)
    .optional(),
  subscription_data: z
    .strictObject({
      description: text.optional(),
      metadata: metadata.optional(),
      trial_end: wholeNumber.optional(),
      trial_period_days: wholeNumber.pipe(z.number().min(1).max(730)).optional(),
      trial_settings: trialSettings.optional(),
    })
    .optional(),
  // A placeholder is no URL character, so the URL is judged with one put in.
  success_url: text.refine((url) => webUrl.safeParse(returnUrl(url, 'cs')).success, 'must be an http(s) URL'),
});

type SessionParams = z.output<typeof sessionParams>;

const longestLifeSeconds = 24 * 60 * 60;
const shortestLifeSeconds = 30 * 60;

/** Opens a checkout for what can be sold together. */
export function openSession(operation: Operation, params: SessionParams): CheckoutSession {
  const { state, at, baseUrl } = operation;
  const prices = params.line_items.map((line, index) =>
    found(state.prices, 'price', line.price, `line_items[${index}][price]`),
  );
  const currency = judge(prices, params);
  const customer = params.customer ? found(state.customers, 'customer', params.customer, 'customer') : undefined;
  const expiresAt = params.expires_at ?? at + longestLifeSeconds;
  if (expiresAt < at + shortestLifeSeconds || expiresAt > at + longestLifeSeconds) {
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    );
  }
  const id = newId.checkoutSession();
  const plan = planSession(state, at, params, prices);
  const subtotal = plan.lineItems.reduce((sum, item) => sum + item.amount_subtotal, 0);
  const total = plan.lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  const email = customer?.email ?? params.customer_email ?? null;
  const isPayment = params.mode === 'payment';
  const session: CheckoutSession = {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: null,
    amount_subtotal: subtotal,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: at,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer ? null : creationOf(params),
    customer_details: email ? customerDetails(email, customer?.name ?? null) : null,
    customer_email: params.customer_email ?? null,
    discounts: plan.coupons.map(({ coupon, promotionCode }) => ({ coupon, promotion_code: promotionCode })),
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: isPayment
      ? {
          enabled: params.invoice_creation?.enabled ?? false,
          invoice_data: {
            account_tax_ids: null,
            custom_fields: null,
            description: null,
            footer: null,
            issuer: null,
            metadata: {},
            rendering_options: null,
          },
        }
      : null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode: params.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: isPayment ? 'if_required' : (params.payment_method_collection ?? 'always'),
    payment_method_configuration_details: null,
    payment_method_options: {},
    // Stripe debits banks by currency; here every shop can meet a payment that takes days.
    payment_method_types: params.payment_method_types ?? ['card', 'sepa_debit'],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: params.success_url,
    total_details: { amount_discount: subtotal - total, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${baseUrl}/c/pay/${id}`,
    wallet_options: null,
  };
  state.checkoutSessions.set(id, session);
  state.checkoutPlans.set(id, plan);
  operation.scheduled = [id];
  return session;
}

/** What is sold, by which coupons, and how it begins. */
function planSession(state: State, at: number, params: SessionParams, prices: readonly Price[]): CheckoutPlan {
  const { subscription_data: subscription, payment_intent_data: payment } = params;
  const trialEnd = trialOf(at, subscription);
  const coupons = discountSources(state, params.discounts ?? []);
  const amounts = prices.map((price, index) =>
    trialEnd ? 0 : (price.unit_amount ?? 0) * (params.line_items[index]?.quantity ?? 1),
  );
  const left = coupons.reduce((rest, { coupon: id }) => {
    const coupon = found(state.coupons, 'coupon', id);
    const off = discountLines(rest, coupon);
    return rest.map((amount, index) => amount - (off[index] ?? 0));
  }, amounts);
  return {
    lineItems: prices.map((price, index) =>
      lineItem(price, params.line_items[index]?.quantity ?? 1, state.products.get(price.product)?.name ?? null, {
        subtotal: amounts[index] ?? 0,
        total: left[index] ?? 0,
      }),
    ),
    subscriptionMetadata: mergeMetadata({}, subscription?.metadata),
    subscriptionDescription: subscription?.description ?? null,
    paymentMetadata: mergeMetadata({}, payment?.metadata),
    paymentDescription: payment?.description ?? null,
    trialEnd,
    missingPaymentMethod: subscription?.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    coupons,
  };
}

function trialOf(at: number, asked: SessionParams['subscription_data']): TrialEnd | null {
  const { trial_end: end, trial_period_days: days } = asked ?? {};
  if (end !== undefined && days !== undefined) {
    throw invalid('You may only specify one of these parameters: trial_end, trial_period_days.');
  }
  if (end !== undefined && end < at + 48 * 3600) {
    throw invalid('The `trial_end` date has to be at least 2 days in the future.', {
      param: 'subscription_data[trial_end]',
    });
  }
  if (end !== undefined) return { at: end };
  return days === undefined ? null : { days };
}

/** An invoice is somebody's, so an order that is invoiced makes a customer. */
function creationOf({ mode, customer_creation: asked, invoice_creation: invoiced }: SessionParams) {
  if (mode === 'subscription' || invoiced?.enabled) return 'always';
  return asked ?? 'if_required';
}

/** Refuses what cannot be sold together; answers the currency. */
function judge(prices: readonly Price[], params: SessionParams): string {
  const [first] = prices;
  if (!first) throw invalid('Missing required param: line_items.', { param: 'line_items' });
  if (params.customer && params.customer_email) {
    throw invalid('You may only specify one of these parameters: customer, customer_email.', { param: 'customer' });
  }
  const inactive = prices.find((price) => !price.active);
  if (inactive) throw invalid('The price specified is inactive. This field only accepts active prices.');
  if (prices.some((price) => price.currency !== first.currency)) {
    throw invalid('All line items must be in the same currency.', { param: 'line_items' });
  }
  const recurring = prices.filter((price) => price.type === 'recurring');
  if (params.mode === 'payment' && recurring.length > 0) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    );
  }
  if (params.mode === 'subscription' && recurring.length < prices.length) {
    throw invalid(
      recurring.length === 0
        ? 'You must provide at least one recurring price in `subscription` mode when using prices.'
        : 'The sandbox does not support one-time prices beside recurring ones in `subscription` mode.',
    );
  }
  if (params.mode === 'payment' && params.subscription_data) {
    throw invalid('You can not pass `subscription_data` in `payment` mode.', { param: 'subscription_data' });
  }
  if (params.mode === 'subscription' && params.invoice_creation) {
    throw invalid('You can only enable invoice creation when `mode` is set to `payment`.', {
      param: 'invoice_creation',
    });
  }
  if (params.mode === 'subscription' && params.payment_intent_data) {
    throw invalid('You can not pass `payment_intent_data` in `subscription` mode.', { param: 'payment_intent_data' });
  }
  return first.currency;
}

function lineItem(
  price: Price,
  quantity: number,
  productName: string | null,
  { subtotal, total }: { subtotal: number; total: number },
): LineItem {
  return {
    id: newId.lineItem(),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: subtotal - total,
    amount_subtotal: subtotal,
    amount_tax: 0,
    amount_total: total,
    currency: price.currency,
    description: productName,
    metadata: {},
    price: structuredClone(price),
    quantity,
  };
}

export function customerDetails(email: string, name: string | null): NonNullable<CheckoutSession['customer_details']> {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  };
}

/** The address to go back to, with the session in the place that was kept for it. */
export function returnUrl(template: string, sessionId: string): string {
  return template.replaceAll('{CHECKOUT_SESSION_ID}', sessionId);
}
