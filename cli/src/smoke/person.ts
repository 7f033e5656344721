import { type HTMLElement, parse } from 'node-html-parser';

/** A person with a browser that runs no JavaScript: follows links and redirects, keeps cookies, fills in forms. */
export interface Person {
  open(url: string): Promise<Page>;
  /** Fills the form that has a button reading `button`, and presses it. */
  submit(page: Page, button: string, fields?: Record<string, string>): Promise<Page>;
}

export interface Page {
  url: string;
  status: number;
  /** What a reader sees, white space folded. */
  text: string;
  root: HTMLElement;
}

const MAX_REDIRECTS = 10;

export function aPerson(): Person {
  /** Cookies by host; enough of RFC 6265 for our own pages. */
  const jar = new Map<string, Map<string, string>>();

  async function visit(url: string, init: RequestInit, redirects = 0): Promise<Page> {
    const at = new URL(url);
    const cookies = [...(jar.get(at.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (cookies) headers.set('cookie', cookies);
    const response = await fetch(at, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(20_000) });
    keepCookies(at.hostname, response.headers.getSetCookie());
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      if (redirects === MAX_REDIRECTS) throw new Error(`${url} redirects in a loop.`);
      return visit(new URL(location, at).href, {}, redirects + 1);
    }
    const root = parse(await response.text());
    for (const hidden of root.querySelectorAll('script, style, template')) hidden.remove();
    return { url: at.href, status: response.status, text: root.textContent.replace(/\s+/g, ' ').trim(), root };
  }

  function keepCookies(host: string, headers: string[]): void {
    const cookies = jar.get(host) ?? new Map<string, string>();
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';');
      const [name = '', ...value] = pair.trim().split('=');
      const isGone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
      if (isGone) cookies.delete(name);
      else cookies.set(name, value.join('='));
    }
    jar.set(host, cookies);
  }

  return {
    open: (url) => visit(url, {}),
    async submit(page, button, fields = {}) {
      const { form, pressed } = findForm(page, button);
      const body = new FormData();
      for (const input of form.querySelectorAll('input, select, textarea')) {
        const name = input.getAttribute('name');
        const type = input.getAttribute('type') ?? 'text';
        if (!name || type === 'submit' || ((type === 'radio' || type === 'checkbox') && !input.hasAttribute('checked')))
          continue;
        body.set(name, fields[name] ?? untouched(input));
      }
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      const buttonName = pressed.getAttribute('name');
      if (buttonName) body.set(buttonName, pressed.getAttribute('value') ?? '');
      const action = new URL(pressed.getAttribute('formaction') ?? form.getAttribute('action') ?? page.url, page.url);
      const method = (form.getAttribute('method') ?? 'get').toUpperCase();
      if (method === 'GET') {
        for (const [name, value] of body) action.searchParams.set(name, String(value));
        return visit(action.href, {});
      }
      const isMultipart = form.getAttribute('enctype') === 'multipart/form-data';
      const payload = isMultipart
        ? body
        : new URLSearchParams([...body].map(([name, value]): [string, string] => [name, String(value)]));
      return visit(action.href, { method, body: payload, headers: { origin: new URL(page.url).origin } });
    },
  };
}

/** As a browser sends it untouched: of a choice, what is selected, or else the first. */
function untouched(input: HTMLElement): string {
  const chosen = input.querySelector('option[selected]') ?? input.querySelector('option');
  return (chosen ?? input).getAttribute('value') ?? '';
}

function findForm(page: Page, button: string): { form: HTMLElement; pressed: HTMLElement } {
  for (const form of page.root.querySelectorAll('form')) {
    const pressed = form
      .querySelectorAll('button, input[type=submit]')
      .find((candidate) =>
        (candidate.textContent || candidate.getAttribute('value') || '').replace(/\s+/g, ' ').trim().startsWith(button),
      );
    if (pressed) return { form, pressed };
  }
  throw new Error(
    `${page.url} (${page.status}) has no form with a button "${button}". It reads: ${page.text.slice(0, 300)}`,
  );
}
