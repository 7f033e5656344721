import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { mustFind } from '../control.ts';
import type { Desks } from '../desk.ts';
import { mailHtml, mailHtmlPolicy } from '../email/inbox.ts';
import type { Mail } from '../email/index.ts';
import { faultModes } from '../faults.ts';
import { indexPage, mailDocument, vendorPage } from './pages.ts';

const font = new URL(import.meta.resolve('@fontsource-variable/geist/files/geist-latin-wght-normal.woff2'));

// A form sends every field, empty when nothing was chosen.
const whole = z.preprocess((value) => (value === '' ? undefined : value), z.coerce.number().int().optional());
const formSchema = z.object({
  mode: z.enum(['', ...faultModes]),
  status: whole.pipe(z.int().min(400).max(599).optional()),
  times: whole.pipe(z.int().min(1).optional()),
});

/** The inboxes for people: what each vendor holds, what it was asked, and switches that break it. */
export function inboxRoutes({ desks, mail }: { desks: Desks; mail: (id: string) => Mail | undefined }): Hono {
  const routes = new Hono();

  routes.get('/fonts/geist.woff2', async (c) => {
    c.header('cache-control', 'max-age=31536000, immutable');
    return c.body(await readFile(font), 200, { 'content-type': 'font/woff2' });
  });
  routes.get('/', (c) => c.redirect('/inbox'));
  routes.get('/inbox', (c) => c.html(indexPage(desks)));

  routes.get('/inbox/email/:id', (c) => c.html(mailDocument(desks, found(mail(c.req.param('id'))))));
  routes.get('/inbox/email/:id/html', (c) => {
    c.header('content-security-policy', mailHtmlPolicy);
    return c.html(mailHtml(found(mail(c.req.param('id')))));
  });

  routes.get('/inbox/:vendor', (c) => c.html(vendorPage(desks, mustFind(desks, c.req.param('vendor')))));

  routes.post('/inbox/:vendor/faults', async (c) => {
    const { vendor, faults } = mustFind(desks, c.req.param('vendor'));
    const form = formSchema.safeParse(await c.req.parseBody());
    if (!form.success) throw new HTTPException(400, { message: z.prettifyError(form.error) });
    const { mode, status, times } = form.data;
    if (mode === '') faults.clear();
    else faults.set({ mode, ...(status !== undefined && { status }), ...(times !== undefined && { times }) });
    return c.redirect(`/inbox/${vendor.name}`, 303);
  });

  return routes;
}

function found(mail: Mail | undefined): Mail {
  if (!mail) throw new HTTPException(404, { message: 'This mail is no longer in the inbox.' });
  return mail;
}
