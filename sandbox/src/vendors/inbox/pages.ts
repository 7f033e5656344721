import { html, raw } from 'hono/html';
import type { Desk, Desks } from '../desk.ts';
import { mailPage } from '../email/inbox.ts';
import type { Mail } from '../email/index.ts';
import type { Fault } from '../faults.ts';
import type { LoggedRequest } from '../requests.ts';
import type { Html } from '../vendor.ts';
import { moment } from './parts.ts';
import { script, style } from './style.ts';

const shownRequests = 50;

export function indexPage(desks: Desks): Html {
  const all = Object.values(desks);
  return page(
    desks,
    'Inboxes',
    html`<p class="lead">What the outside world would have received. Nothing here leaves this machine.</p>
    <ul class="items" data-live>${all.map(({ vendor, log, faults }) => {
      const last = log.all().at(-1);
      return html`<li><a class="row" href="/inbox/${vendor.name}">
        <span class="subject">${vendor.title}</span>
        <span class="muted">${vendor.about}</span>
        <span>${health(faults.current())}
          <span class="muted">· ${calls(log.all().length)}${last ? html`, the last at ${moment(last.at)}` : ''}</span></span>
      </a></li>`;
    })}</ul>`,
  );
}

export function vendorPage(desks: Desks, { vendor, log, faults }: Desk): Html {
  return page(
    desks,
    vendor.title,
    html`<p class="lead">${vendor.about}</p>
    <section data-live>${vendor.inbox()}</section>
    <h2>Fault</h2>
    ${faultForm(vendor.name, faults.current())}
    <h2>Calls</h2>
    <section data-live>${requestTable(log.all())}</section>`,
    vendor.name,
  );
}

export function mailDocument(desks: Desks, mail: Mail): Html {
  return page(desks, mail.subject || 'No subject', mailPage(mail), 'email');
}

function page(desks: Desks, title: string, body: Html, current = ''): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Onpaid sandbox</title>
  <style>${raw(style)}</style>
  <noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
  <p class="ribbon"><strong>SANDBOX</strong> Nothing here reaches a real vendor.</p>
  <nav aria-label="Inboxes">${Object.values(desks).map(
    ({ vendor }) =>
      html`<a href="/inbox/${vendor.name}"${vendor.name === current ? raw(' aria-current="page"') : ''}>${vendor.title}</a>`,
  )}</nav>
  <main><h1>${title}</h1>${body}</main>
  <script>${raw(script)}</script>
</body>
</html>`;
}

function faultForm(name: string, fault: Fault | null): Html {
  const choices: [value: string, label: string][] = [
    ['', 'None: it works'],
    ['error', 'Answers an error'],
    ['rate_limited', 'Answers “too many requests”'],
    ['drop_before', 'Cuts the line before doing anything'],
    ['drop_after_commit', 'Does it, then cuts the line: the answer is lost'],
    ['hang', 'Never answers'],
    ['slow', 'Answers after three seconds'],
  ];
  return html`<form method="post" action="/inbox/${name}/faults">
    <label>What goes wrong <select name="mode">${choices.map(
      ([value, label]) =>
        html`<option value="${value}"${value === (fault?.mode ?? '') ? raw(' selected') : ''}>${label}</option>`,
    )}</select></label>
    <label>Status <input name="status" inputmode="numeric" placeholder="${name === 'email' ? 550 : 500}" size="4" value="${fault?.status}"></label>
    <label>How many times <input name="times" inputmode="numeric" placeholder="always" size="6" value="${fault?.times}"></label>
    <button>Set fault</button>
    <span data-live>${health(fault)}</span>
  </form>`;
}

function health(fault: Fault | null): Html {
  if (!fault) return html`<span class="ok">● Works</span>`;
  const left = fault.times === undefined ? '' : `, ${fault.times} more`;
  return html`<span class="broken">▲ Broken on purpose: ${fault.mode.replaceAll('_', ' ')}${left}</span>`;
}

function requestTable(requests: LoggedRequest[]): Html {
  if (requests.length === 0) return html`<p class="empty">No calls yet.</p>`;
  const latest = requests.slice(-shownRequests).reverse();
  return html`<div class="scroll" tabindex="0"><table>
    <thead><tr><th>Time</th><th>Call</th><th class="right">Status</th><th>What came of it</th><th>Key</th></tr></thead>
    <tbody>${latest.map(
      ({ at, method, path, status, fault, duplicate, note, idempotencyKey }) => html`<tr>
      <td class="figure">${moment(at)}</td>
      <td class="call" title="${method} ${path}">${method} ${path}</td>
      <td class="figure right">${status ?? 'none'}</td>
      <td>${note}${duplicate ? html` <span class="tag">seen before</span>` : ''}${
        fault ? html` <span class="broken">▲ ${fault.replaceAll('_', ' ')}</span>` : ''
      }</td>
      <td class="call figure muted" title="${idempotencyKey}">${idempotencyKey}</td>
    </tr>`,
    )}</tbody>
  </table></div>
  <p class="muted">${calls(requests.length)}${requests.length > shownRequests ? `, the latest ${shownRequests} shown` : ''}. Times are UTC.</p>`;
}

function calls(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}
