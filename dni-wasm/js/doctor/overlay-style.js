/** How the overlay looks. A constructed style sheet, which no Content Security Policy forbids. */

const STYLE = `
:host {
  --paper: #ffffff; --raised: #f4f6f8; --ink: #1a1f25; --soft: #545e6a; --line: #d9dfe5; --accent: #0b57c4;
  --fine: #0a6e3a; --fine-paper: #e2f5ea; --problem: #a8231b; --problem-paper: #fdeae8; --note: #7a4d00; --note-paper: #fdf1d8;
  --meant: #545e6a; --meant-paper: #e9edf1;
  all: initial; position: fixed; inset: 0; z-index: 2147483647; pointer-events: none; color-scheme: light;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #16191d; --raised: #1f242a; --ink: #e8ecf0; --soft: #a3adb8; --line: #343b44; --accent: #86b6ff;
    --fine: #6fdc9d; --fine-paper: #12301f; --problem: #ff9d94; --problem-paper: #3b1815; --note: #f3ca7c; --note-paper: #33270f;
    --meant: #a3adb8; --meant-paper: #262c33;
    color-scheme: dark;
  }
}
* { box-sizing: border-box; margin: 0; }
.panel {
  position: absolute; inset-block: 16px; inset-inline-end: 16px; inline-size: min(440px, calc(100vw - 32px));
  display: flex; flex-direction: column; overflow: hidden; pointer-events: auto;
  background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 14px;
  box-shadow: 0 12px 40px rgb(0 0 0 / .28); block-size: fit-content; max-block-size: calc(100dvh - 32px);
}
header { display: flex; align-items: center; gap: 12px; padding: 12px 12px 8px 18px; }
h2 { flex: 1; font-size: 17px; font-weight: 650; letter-spacing: -.01em; outline: none; }
h3 { font-size: 13px; font-weight: 650; color: var(--soft); margin: 18px 0 8px; }
h3:first-child { margin-block-start: 4px; }
.status { margin: 0 18px 10px; padding: 9px 12px; border-radius: 9px; font-weight: 550; background: var(--raised); color: var(--soft); }
.status.fine { background: var(--fine-paper); color: var(--fine); }
.status.problem { background: var(--problem-paper); color: var(--problem); }
.content { flex: 1; overflow: auto; overscroll-behavior: contain; padding: 0 18px 14px; }
.content:empty { display: none; }
footer { display: flex; gap: 8px; padding: 10px 18px calc(12px + env(safe-area-inset-bottom)); border-block-start: 1px solid var(--line); }
button {
  font: inherit; font-size: 14px; font-weight: 550; color: var(--ink); background: var(--raised); border: 1px solid var(--line);
  border-radius: 9px; padding: 6px 13px; min-block-size: 36px; cursor: pointer;
}
button:hover:enabled { border-color: var(--soft); }
button:disabled { color: var(--soft); cursor: default; }
:is(button, summary, .content):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.content:focus-visible { outline-offset: -2px; }
.close { border: 0; background: none; inline-size: 36px; padding: 0; color: var(--soft); font-size: 16px; }
.show { flex: none; align-self: start; min-block-size: 30px; padding: 2px 10px; font-size: 13px; }
ul, ol { list-style: none; padding: 0; }
ul:not(.plain) > li { display: flex; gap: 11px; padding: 10px 0; border-block-start: 1px solid var(--line); }
ul:not(.plain) > li:first-child { border-block-start: 0; padding-block-start: 2px; }
li > div { flex: 1; min-inline-size: 0; }
p { overflow-wrap: anywhere; }
strong { font-weight: 650; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sign {
  flex: none; inline-size: 22px; block-size: 22px; border-radius: 50%; display: grid; place-items: center;
  font-size: 13px; font-weight: 700; line-height: 1;
}
.fine > .sign { background: var(--fine-paper); color: var(--fine); }
.problem > .sign { background: var(--problem-paper); color: var(--problem); }
.note > .sign { background: var(--note-paper); color: var(--note); }
.meant > .sign { background: var(--meant-paper); color: var(--meant); }
.repair { color: var(--soft); margin-block-start: 2px; }
.where, .about, .nothing { color: var(--soft); font-size: 13px; margin-block-start: 3px; }
.about { margin-block-start: 16px; }
.where code { margin-inline-start: 8px; }
code { font: 12.5px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.detail { display: block; margin-block-start: 2px; color: var(--soft); }
details { margin-block-start: 14px; border: 1px solid var(--line); border-radius: 9px; padding: 0 12px; }
details + details { margin-block-start: 8px; }
summary { cursor: pointer; padding: 8px 0; font-weight: 600; border-radius: 4px; }
details[open] { padding-block-end: 12px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 3px 14px; font-size: 14px; }
dt { color: var(--soft); }
dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.arrivals { margin-block-start: 8px; font-size: 13px; }
.arrivals li { padding-block: 5px; border-block-start: 1px solid var(--line); }
.arrivals time { display: block; color: var(--soft); }
.arrivals span { display: block; color: var(--soft); }
.bars dd { display: flex; align-items: center; gap: 10px; white-space: nowrap; }
.track { flex: 1; background: var(--raised); border-radius: 3px; block-size: 8px; overflow: hidden; display: flex; }
.bar { background: var(--accent); border-radius: 3px; block-size: 8px; }
.marker { position: fixed; border: 3px solid var(--accent); border-radius: 8px; box-shadow: 0 0 0 3px var(--paper); }
[hidden] { display: none; }
@media (max-width: 560px) {
  .panel {
    inset: auto 0 0; inline-size: 100%; max-block-size: 68dvh; border-radius: 16px 16px 0 0; border-inline: 0; border-block-end: 0;
  }
  button, .close { min-block-size: 44px; }
  .close { inline-size: 44px; }
  .show { min-block-size: 36px; }
}
@media (forced-colors: active) { .sign, .status { border: 1px solid; } .bar { background: Highlight; } }
`;

/** Makes the style sheet. */
export function sheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  return sheet;
}
