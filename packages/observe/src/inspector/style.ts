/** How the inspector looks, in a root of its own: nothing of the page reaches it, and nothing of it the page. */
export const STYLE = `
:host { all: initial; position: fixed; inset: auto 12px 12px auto; z-index: 2147483647; color-scheme: light dark;
  --bg: light-dark(#fff, #1b1e24); --ink: light-dark(#1d2430, #e6e9ef); --soft: light-dark(#66707f, #98a2b3);
  --line: light-dark(#dfe3ea, #323843); --hover: light-dark(#f3f5f9, #252a33);
  font: 12px/1.45 system-ui, sans-serif; color: var(--ink) }
* { box-sizing: border-box; font: inherit; color: inherit }
button { background: var(--bg); border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; cursor: pointer }
button:hover { background: var(--hover) }
button:focus-visible, tr:focus-visible { outline: 2px solid #3b7ddd; outline-offset: -1px }
button:disabled { opacity: .45; cursor: default }
button[aria-pressed=true] { background: #d2452d; border-color: #d2452d; color: #fff }
.open { box-shadow: 0 2px 10px #0003; padding: 6px 12px; font-weight: 600 }
section { display: flex; flex-direction: column; width: min(720px, calc(100vw - 24px)); height: min(440px, calc(100vh - 24px));
  background: var(--bg); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 6px 28px #0004; overflow: hidden }
header { display: flex; gap: 8px; align-items: center; padding: 8px 10px; border-bottom: 1px solid var(--line) }
h2 { margin: 0 auto 0 0; font-weight: 600; font-size: 13px }
h2 small, .soft { color: var(--soft); font-weight: 400 }
.scroll { overflow: auto; flex: 0 1 auto }
.log { flex: 1 0 32%; border-top: 1px solid var(--line); margin: 0; padding: 4px 10px; list-style: none; overflow: auto;
  font: 11px/1.6 ui-monospace, monospace }
table { border-collapse: collapse; width: 100% }
th { position: sticky; top: 0; background: var(--bg); text-align: left; font-weight: 500; color: var(--soft) }
th, td { padding: 3px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; max-width: 240px; overflow: hidden; text-overflow: ellipsis }
td:first-child { font-family: ui-monospace, monospace; font-size: 11px }
tbody tr { cursor: pointer }
tbody tr:hover { background: var(--hover) }
tr[aria-selected=true] { background: light-dark(#e3edfb, #24364f) }
i { display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 6px; background: #8fa3b8 }
i.fresh { background: #3f9c5a } i.stale { background: #d9a441 } i.failed { background: #d2452d } i.loading { background: #3b7ddd }
`
