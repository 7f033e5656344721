import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { StripeError } from '../api/errors.ts';
import { returnUrl } from '../billing/open-session.ts';
import { payOnPage } from '../billing/pay-invoice.ts';
import { type Answer, isWithoutCard, type Payer, paySession } from '../billing/pay-session.ts';
import { portalForm, useThePortal } from '../billing/portal.ts';
import { type DeclineName, declines, lastFours } from '../billing/test-methods.ts';
import { newId } from '../ids.ts';
import type { CheckoutSession, LineItem } from '../objects.ts';
import type { StandIn } from '../stand-in.ts';
import { invoicePage } from './invoice.ts';
import type { Html } from './layout.ts';
import { authenticatePage, endedPage, notFoundPage, payPage, type Shown } from './pay.ts';
import { portalPage } from './portal.ts';

const lastFour = z.enum(lastFours);

const payForm = z.object({
  action: z.enum(['pay', 'decline', 'authenticate', 'deny']),
  email: z.email(),
  name: z
    .string()
    .trim()
    .max(200)
    .default('')
    .transform((name) => name || null),
  method: lastFour.optional(),
});

const fontFile = (name: string) =>
  new URL(import.meta.resolve(`@fontsource-variable/geist/files/geist-${name}-wght-normal.woff2`));
const fonts = { '/fonts/latin.woff2': fontFile('latin'), '/fonts/latin-extended.woff2': fontFile('latin-ext') };

function declinedWords(decline: DeclineName): string {
  return `${declines[decline].message} No payment was taken. Try again, or leave.`;
}

/** The pages people see: pay a checkout session, see or pay an invoice, keep a subscription. */
export function pages(standIn: StandIn): Hono {
  const app = new Hono();
  const { state } = standIn;

  for (const [path, file] of Object.entries(fonts)) {
    app.get(path, async (context) => {
      context.header('Cache-Control', 'max-age=31536000, immutable');
      return context.body(await readFile(file), 200, { 'Content-Type': 'font/woff2' });
    });
  }

  app.get('/c/pay/:id', (context) => {
    standIn.catchUp();
    const session = state.checkoutSessions.get(context.req.param('id'));
    return session ? show(context, standIn, session) : page(context, notFoundPage('checkout'), 404);
  });

  app.post('/c/pay/:id', async (context) => {
    const fields = await context.req.parseBody();
    const session = state.checkoutSessions.get(context.req.param('id'));
    if (!session) return page(context, notFoundPage('checkout'), 404);
    if (fields.action === 'leave' && session.cancel_url) return context.redirect(session.cancel_url, 303);
    standIn.catchUp();
    if (session.status !== 'open') return show(context, standIn, session, {}, 409);

    const typed = { email: String(fields.email ?? ''), name: String(fields.name ?? '') };
    const form = payForm.safeParse(fields);
    if (!form.success) {
      const isEmail = form.error.issues.some((issue) => issue.path[0] === 'email');
      const problem = isEmail ? 'Write a whole e-mail address to go on.' : 'Choose one of the pretend cards to go on.';
      return show(context, standIn, session, { ...typed, problem }, 422);
    }
    const { action, email, name, method = isWithoutCard(session) ? null : '4242' } = form.data;
    // An address the shop gave is not the payer's to change; a form can be.
    const payer: Payer = { email: session.customer_details?.email ?? email, name };
    const shown = { ...typed, ...(method && { method }) };
    const request = { id: newId.request(), idempotency_key: null };
    const outcome = standIn.perform(request, (operation) =>
      paySession(operation, session, payer, method, answers[action]),
    );
    switch (outcome.kind) {
      case 'succeeded':
        return context.redirect(returnUrl(session.success_url ?? '/', session.id), 303);
      case 'requires_action':
        return page(context, authenticatePage(session, linesOf(standIn, session), shown));
      case 'declined':
        return show(context, standIn, session, { ...shown, problem: declinedWords(outcome.decline) }, 402);
    }
  });

  app.get('/i/:id', (context) => {
    const invoice = state.invoices.get(context.req.param('id'));
    return invoice ? page(context, invoicePage(state, invoice)) : page(context, notFoundPage('invoice'), 404);
  });

  app.post('/i/:id', async (context) => {
    const fields = await context.req.parseBody();
    const invoice = state.invoices.get(context.req.param('id'));
    if (!invoice) return page(context, notFoundPage('invoice'), 404);
    if (invoice.status !== 'open') return page(context, invoicePage(state, invoice), 409);
    const action = payForm.shape.action.catch('decline').parse(fields.action);
    const method = lastFour.optional().catch(undefined).parse(fields.method);
    const request = { id: newId.request(), idempotency_key: null };
    const decline = standIn.perform(request, (operation) => payOnPage(operation, invoice, method, answers[action]));
    if (decline) return page(context, invoicePage(state, invoice, declinedWords(decline)), 402);
    return context.redirect(context.req.path, 303);
  });

  app.get('/p/session/:id', (context) => {
    standIn.catchUp();
    const { session, customer } = portalOf(context.req.param('id'));
    return session && customer
      ? page(context, portalPage(state, session, customer))
      : page(context, notFoundPage('portal'), 404);
  });

  app.post('/p/session/:id', async (context) => {
    const fields = await context.req.parseBody();
    const { session, customer } = portalOf(context.req.param('id'));
    if (!session || !customer) return page(context, notFoundPage('portal'), 404);
    const form = portalForm.safeParse(fields);
    if (!form.success) return page(context, portalPage(state, session, customer, 'Choose what is to change.'), 422);
    const request = { id: newId.request(), idempotency_key: null };
    const decline = standIn.perform(request, (operation) => useThePortal(operation, customer, form.data));
    if (decline) return page(context, portalPage(state, session, customer, declines[decline].message), 402);
    return context.redirect(context.req.path, 303);
  });

  function portalOf(id: string) {
    const session = state.portalSessions.get(id);
    return { session, customer: state.customers.get(session?.customer ?? '') };
  }

  app.onError((error, context) => {
    if (error instanceof StripeError) return context.text(error.message, 409);
    throw error;
  });

  return app;
}

/** What the buttons of the pages answer. */
const answers = {
  pay: { kind: 'charge' },
  decline: { kind: 'refused', decline: 'insufficient_funds' },
  authenticate: { kind: 'authenticated' },
  deny: { kind: 'refused', decline: 'authentication_denied' },
} as const satisfies Record<string, Answer>;

type Typed = Partial<Shown>;

function show(
  context: Context,
  standIn: StandIn,
  session: CheckoutSession,
  typed: Typed = {},
  status: 200 | 402 | 409 | 422 = 200,
): Response | Promise<Response> {
  if (session.status !== 'open') {
    const onward = session.status === 'complete' ? session.success_url : session.cancel_url;
    return page(context, endedPage(session, onward && returnUrl(onward, session.id)), status);
  }
  const details = session.customer_details;
  const shown = { email: details?.email ?? '', name: details?.name ?? '', ...typed };
  return page(context, payPage(session, linesOf(standIn, session), shown), status);
}

function linesOf({ state }: StandIn, session: CheckoutSession): LineItem[] {
  return state.checkoutPlans.get(session.id)?.lineItems ?? [];
}

function page(context: Context, body: Html, status: 200 | 402 | 404 | 409 | 422 = 200): Response | Promise<Response> {
  context.header('Cache-Control', 'no-store');
  // Not `no-referrer`, under which browsers hide the origin of the page's own form.
  context.header('Referrer-Policy', 'same-origin');
  context.header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  );
  return context.html(body, status);
}
