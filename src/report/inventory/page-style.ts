/** The look of the inventory page: system fonts and colours of its own in light and dark, one column on a phone, no controls on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --back: #fff; --chosen: #ddf4ff; --accent: #0969da;
  --good: #1a7f37; --bad: #d1242f; --open: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --soft: #9198a1; --line: #3d444d; --back: #0d1117; --chosen: #121d2f;
  --accent: #4493f8; --good: #3fb950; --bad: #f85149; --open: #d29922 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1100px; padding: 16px; background: var(--back); color: var(--text); font: 14px/1.5 system-ui, sans-serif }
h1 { font-size: 22px; line-height: 1.25; margin: 8px 0 }
.facts, .count, .soft { color: var(--soft) }
.count { font-size: 13px }
code, .mono { font-family: ui-monospace, monospace; font-size: 12px; overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: 6px; padding-bottom: 8px; border-bottom: 1px solid var(--line) }
button, select, input[type=search] { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: 5px 10px }
button[aria-pressed=true] { background: var(--chosen); border-color: var(--accent) }
.filters { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 12px 0 0 }
.filters input[type=search] { flex: 1 1 260px }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
details { border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 58px }
summary { display: grid; grid-template-columns: 24px 2fr 2fr 1fr; gap: 10px; padding: 7px 4px; cursor: pointer; list-style: none }
summary::-webkit-details-marker { display: none }
summary > * { min-width: 0; overflow-wrap: anywhere }
.state-works, .holds { color: var(--good) }
.state-broken, .broken { color: var(--bad) }
.state-not-checked, .open { color: var(--open) }
.state-not-applied { color: var(--soft) }
.chain { margin: 0 0 10px 38px; padding: 0; list-style: none }
.chain li { display: grid; grid-template-columns: 20px 72px 1fr; padding: 2px 0 }
.chain b { font-weight: 600 }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: 6px 8px; border-top: 1px solid var(--line) }
.right { display: inline-block; border-radius: 999px; padding: 0 8px; margin: 1px 3px 1px 0; font-size: 12px; border: 1px solid var(--good); background: var(--good); color: var(--back) }
.right.unused { border: 1px dashed var(--open); background: none; color: var(--open) }
.wide { overflow-x: auto }
@media (max-width: 640px) {
  summary { grid-template-columns: 20px 1fr } summary > :nth-child(n+3) { grid-column: 2 }
  .chain { margin-left: 4px } .chain li { grid-template-columns: 18px 60px 1fr }
}
@media print { nav, .filters { display: none } body { max-width: none; padding: 0 } details { content-visibility: visible } }
`
