/** Onpaid's own house, small: neutral greys, one accent, status colours only for status. */
export const style = `
@font-face { font-family: Geist; font-weight: 100 900; font-display: swap; src: url(/fonts/geist.woff2) format('woff2'); }
:root { --paper: #fff; --ink: #18181b; --soft: #52525b; --line: #e4e4e7; --field: #f4f4f5; --accent: #2447b8; --ok: #166534; --broken: #b42318; --ribbon: #fef3c7; --ribbon-ink: #713f12; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #111113; --ink: #f4f4f5; --soft: #b1b1b9; --line: #2c2c31; --field: #1c1c20; --accent: #9db4ff; --ok: #7ddc9b; --broken: #ff9a8d; --ribbon: #3a2f10; --ribbon-ink: #fde68a; }
}
* { box-sizing: border-box; margin: 0; }
body { background: var(--paper); color: var(--ink); font: 14px/20px Geist, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.ribbon { background: var(--ribbon); color: var(--ribbon-ink); padding: 4px 16px; font-size: 13px; }
.ribbon strong { letter-spacing: .06em; margin-right: 8px; }
nav { display: flex; gap: 4px 20px; flex-wrap: wrap; padding: 12px 16px; border-bottom: 1px solid var(--line); }
nav a { color: var(--soft); text-decoration: none; padding: 4px 0; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { color: var(--ink); font-weight: 600; box-shadow: 0 2px 0 var(--accent); }
main { max-width: 1120px; padding: 24px 16px 64px; margin: 0 auto; }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; }
h2 { font-size: 16px; line-height: 24px; font-weight: 600; margin: 36px 0 8px; }
h3 { font-size: 14px; font-weight: 600; margin-top: 20px; }
.items h3 { margin: 0; }
a { color: var(--accent); }
.lead { color: var(--soft); margin-bottom: 20px; max-width: 70ch; }
.muted { color: var(--soft); }
.empty { color: var(--soft); padding: 24px 0; border-block: 1px solid var(--line); }
.ok { color: var(--ok); } .broken { color: var(--broken); font-weight: 500; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 820px; }
th { text-align: left; font-weight: 500; color: var(--soft); padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 72px; }
.right { text-align: right; } .figure { white-space: nowrap; }
.call { max-width: 320px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.call.figure { max-width: 140px; }
dl { display: grid; grid-template-columns: max-content minmax(120px, 1fr); gap: 0 12px; } dt { color: var(--soft); } dd { overflow-wrap: anywhere; }
dl.wide { margin: 8px 0 16px; }
.items { list-style: none; padding: 0; border-top: 1px solid var(--line); }
.items > li { border-bottom: 1px solid var(--line); padding: 12px 0; }
.row { display: flex; flex-direction: column; text-decoration: none; color: inherit; }
.row:hover .subject { text-decoration: underline; } .subject { font-weight: 500; }
.message { margin-top: 12px; padding-left: 12px; border-left: 2px solid var(--line); }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 80ch; }
.tag { background: var(--field); padding: 0 6px; border-radius: 4px; white-space: nowrap; }
form { display: flex; flex-wrap: wrap; gap: 12px 16px; align-items: end; }
label { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; color: var(--soft); max-width: 100%; }
select, input, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: 5px 8px; height: 32px; max-width: 100%; }
button { background: var(--ink); color: var(--paper); border-color: var(--ink); font-weight: 500; padding: 5px 12px; cursor: pointer; }
form [data-live] { line-height: 32px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
iframe { display: block; width: 100%; min-height: 320px; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
details { margin-top: 20px; } summary { cursor: pointer; }
@media (max-width: 600px) { dl.wide { grid-template-columns: 1fr; } dl.wide dd { margin-bottom: 8px; } }
`;

/** Renews what is live, only when it changed and nobody is looking into a hidden tab; forms keep what was typed. */
export const script = `
function fit(frame) { frame.style.height = frame.contentDocument.documentElement.scrollHeight + 2 + 'px'; }
async function renew() {
  const live = document.querySelectorAll('[data-live]');
  if (document.hidden || live.length === 0) return;
  const reply = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').querySelectorAll('[data-live]');
  live.forEach((part, i) => { if (fresh[i] && fresh[i].innerHTML !== part.innerHTML) part.innerHTML = fresh[i].innerHTML; });
}
setInterval(() => renew().catch(() => {}), 2000);
`;
