const latin =
  'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD';
const latinExtended =
  'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF';

/** Tokens first, light and dark; then the page, from the outside in. */
export const style = `
@font-face {
  font-family: Geist; font-weight: 100 900; font-display: swap; src: url(/fonts/latin.woff2) format('woff2');
  unicode-range: ${latin};
}
@font-face {
  font-family: Geist; font-weight: 100 900; font-display: swap; src: url(/fonts/latin-extended.woff2) format('woff2');
  unicode-range: ${latinExtended};
}
:root {
  --ground: #ffffff; --panel: #f6f6f7; --line: #e2e2e6; --edge: #b9b9c2;
  --text: #18181b; --quiet: #4c4c56; --accent: #18181b; --on-accent: #ffffff; --focus: #3355dd;
  --attention-ground: #fff4e5; --attention: #7a4100; --ok: #17663a; --broken: #8a151f; --broken-ground: #fdeeee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111113; --panel: #18181b; --line: #2c2c31; --edge: #55555e;
    --text: #f1f1f3; --quiet: #b0b0ba; --accent: #f1f1f3; --on-accent: #111113; --focus: #8fa6ff;
    --attention-ground: #2d2010; --attention: #ffcf8f; --ok: #7fd6a2; --broken: #ffaaaa; --broken-ground: #331a1c;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; display: flex; flex-direction: column;
  background: var(--ground); color: var(--text);
  font: 16px/26px Geist, system-ui, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.ribbon {
  padding: 8px 24px; font-size: 14px; line-height: 20px; text-align: center; text-wrap: balance;
  background: var(--attention-ground); color: var(--attention);
}
.ribbon strong { font-weight: 650; margin-right: 4px; }
.checkout { flex: 1; display: grid; }
.order { background: var(--panel); border-bottom: 1px solid var(--line); }
.column { width: 100%; max-width: 440px; margin: 0 auto; padding: 32px 24px 40px; }
h1 { font-size: 16px; line-height: 26px; font-weight: 500; color: var(--quiet); }
h2 { font-size: 18px; line-height: 28px; font-weight: 600; margin-bottom: 20px; }
.amount { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 10px; font-size: 40px; line-height: 48px; font-weight: 600; letter-spacing: -0.03em; }
.amount small { font-size: 16px; line-height: 26px; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.lines { list-style: none; padding: 0; margin-top: 28px; }
.lines li, .total { display: flex; justify-content: space-between; gap: 24px; }
.lines li { padding: 12px 0; border-bottom: 1px solid var(--line); }
.lines li > :last-child, .total > :last-child { white-space: nowrap; text-align: right; }
.quiet { color: var(--quiet); font-size: 14px; line-height: 20px; }
.lines .quiet { display: block; }
.lines + .quiet { margin-top: 24px; }
.total { padding-top: 16px; font-weight: 600; }
label { display: block; font-size: 14px; line-height: 20px; font-weight: 500; margin-bottom: 6px; }
input, select {
  width: 100%; height: 44px; padding: 0 12px; margin-bottom: 20px; border: 1px solid var(--edge); border-radius: 6px;
  background: var(--ground); color: inherit; font: inherit;
}
input[readonly] { background: var(--panel); border-color: var(--line); }
.choice { position: relative; margin-bottom: 24px; }
.choice svg { position: absolute; left: 12px; top: 12px; color: var(--quiet); pointer-events: none; }
.choice select { padding-left: 42px; margin: 0; text-overflow: ellipsis; cursor: pointer; }
.form .quiet + button { margin-top: 20px; }
.form form + form { margin-top: 40px; padding-top: 32px; border-top: 1px solid var(--line); }
.form h2 + .quiet { margin: -12px 0 20px; }
button {
  display: block; width: 100%; min-height: 48px; padding: 10px 16px; border: 1px solid transparent; border-radius: 6px; font: inherit;
  font-weight: 600; cursor: pointer; transition: background-color 120ms, opacity 120ms;
}
button.pay { background: var(--accent); color: var(--on-accent); }
button.decline { margin-top: 12px; background: transparent; color: inherit; border-color: var(--edge); font-weight: 500; }
button.leave { margin-top: 4px; background: transparent; color: var(--quiet); font-weight: 500; }
button.pay:hover { opacity: 0.88; }
button.decline:hover { background: var(--panel); }
button.leave:hover { color: var(--text); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.notice {
  display: flex; gap: 10px; padding: 12px; margin-bottom: 24px; border-radius: 6px; font-size: 14px; line-height: 20px;
  text-wrap: pretty; background: var(--broken-ground); color: var(--broken);
}
.notice svg { flex: none; margin-top: 2px; }
.done { flex: 1; display: grid; place-content: start center; padding: min(18vh, 160px) 24px 48px; }
.done section { max-width: 480px; text-wrap: pretty; }
.done h1 { font-size: 24px; line-height: 32px; font-weight: 600; color: var(--text); letter-spacing: -0.01em; margin: 12px 0 8px; }
.done p { color: var(--quiet); }
.done p + p { margin-top: 20px; }
.state { display: inline-flex; align-items: center; gap: 8px; font-size: 14px; line-height: 20px; font-weight: 600; }
.form .state { margin-bottom: 8px; }
.state.ok { color: var(--ok); } .state.off { color: var(--quiet); } .state.waiting { color: var(--attention); }
a { color: inherit; text-underline-offset: 3px; }
@media (min-width: 860px) {
  .checkout { grid-template-columns: 1fr 1fr; }
  .order { border-bottom: 0; border-right: 1px solid var(--line); }
  .column { padding: 72px 40px; }
  .order .column { margin-right: 0; margin-left: auto; padding-right: 72px; max-width: 500px; }
  .form .column { margin-left: 0; padding-left: 72px; max-width: 500px; }
}
@media (prefers-reduced-motion: reduce) { button { transition: none; } }
`;
