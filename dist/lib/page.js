import{createHash as e}from"node:crypto";const t=`
'use strict'
const data = JSON.parse(document.getElementById('data').textContent)
const PAGE = 300
const MARKS = { works: '\\u2713', broken: '\\u2717', 'not-checked': '?', 'not-applied': '\\u2013', holds: '\\u25cf', open: '\\u25cb' }
const form = document.querySelector('form')
const main = document.querySelector('main')
const count = document.querySelector('.count')
let view = 'references'
let shown = PAGE

function el(name, attributes, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes ?? {})) node.setAttribute(key, value)
  node.append(...children.filter((child) => child !== null))
  return node
}
/** Names stand between backticks. */
function coded(text) {
  return text.split('\\x60').map((part, index) => index % 2 === 1 ? el('code', null, part) : part)
}
function place(at) {
  if (at === null) return null
  const text = at.file + ':' + at.line
  if (data.source === null) return el('span', { class: 'mono' }, text)
  const href = data.source + at.file.split('/').map(encodeURIComponent).join('/') + '#L' + at.line
  return el('a', { class: 'mono', href, rel: 'noreferrer' }, text)
}
const objectOf = (row) => (row.namespace === null ? '' : row.namespace + '/') + row.name
const words = data.rows.map((row) =>
  [row.kind, objectOf(row), row.path ?? '', row.properties.join(' '), row.file, row.store ?? '', ...row.chain.map((index) => data.hops[index].text)]
    .join(' ').toLowerCase())

function filtered() {
  const text = form.text.value.trim().toLowerCase()
  return data.rows.filter((row, index) =>
    (text === '' || words[index].includes(text)) &&
    (form.store.value === '' || row.store === form.store.value) &&
    (form.namespace.value === '' || row.namespace === form.namespace.value) &&
    (form.does.value === '' || row.does === form.does.value) &&
    (!form.problems.checked || row.state === 'broken' || row.state === 'not-checked'))
}

function rowNode(row) {
  const path = row.path === null ? 'path not known' : row.path
  const what = row.does === 'reads' && row.properties.length === 0 ? 'reads all of ' : row.does + ' '
  const node = el('details', null,
    el('summary', null,
      el('span', { class: 'state-' + row.state, title: row.state.replace('-', ' ') }, MARKS[row.state]),
      el('span', null, objectOf(row), el('br'), el('span', { class: 'soft' }, row.kind)),
      el('span', { class: 'mono' }, what + path, el('br'), el('span', { class: 'soft' }, row.properties.join(', '))),
      el('span', { class: 'soft' }, row.store ?? '')))
  // A chain is made when somebody looks at it: a page of ten thousand opens at once.
  node.addEventListener('toggle', () => {
    if (!node.open || node.querySelector('ul')) return
    node.append(el('ul', { class: 'chain' },
      hopNode({ is: 'manifest', state: 'holds', text: row.kind + ' ' + objectOf(row), place: row }),
      ...row.chain.map((index) => hopNode(data.hops[index]))))
  })
  return node
}
function hopNode(hop) {
  return el('li', null, el('span', { class: hop.state }, MARKS[hop.state]), el('b', null, hop.is),
    el('span', null, hop.text, hop.place === null ? null : ' \\u00b7 ', place(hop.place)))
}

function references() {
  const rows = filtered()
  count.textContent = rows.length + ' of ' + data.rows.length + ' uses, by object and path. Open one to see its chain.'
  main.replaceChildren(...rows.slice(0, shown).map(rowNode))
  offerRest(rows.length)
}
function offerRest(count) {
  if (count <= shown) return
  const more = el('button', { type: 'button' }, 'Show all ' + count)
  more.addEventListener('click', () => { shown = Infinity; draw() })
  main.append(more)
}
function rightNode(text, used) {
  return el('span', { class: used ? 'right' : 'right unused' }, text)
}
function access() {
  const text = form.text.value.trim().toLowerCase()
  const paths = data.paths.filter(({ path }) => path.toLowerCase().includes(text))
  count.replaceChildren(paths.length + ' of ' + data.paths.length + ' paths. ', rightNode('read', true), 'a reference needs it ',
    rightNode('read', false), 'allowed, and no reference needs it')
  const cell = (rights) => rights === null ? el('td', { class: 'open' }, 'not known')
    : el('td', rights.length === 0 ? { class: 'soft' } : null, ...(rights.length === 0 ? ['none'] : rights.map((right) => rightNode(right.capability, right.used))))
  table(['Vault path', ...data.roles], paths, (entry) => [
    el('td', null, el('code', null, entry.path), el('br'), el('span', { class: 'soft' }, entry.references + (entry.references === 1 ? ' reference' : ' references'))),
    ...entry.cells.map(cell)])
}
function rules() {
  if (data.rules.length === 0) {
    count.textContent = 'No rules: the policies of these roles are known neither from Git nor from Vault.'
    return main.replaceChildren()
  }
  const text = form.text.value.trim().toLowerCase()
  const found = data.rules.filter((rule) => (rule.policy + ' ' + rule.path).toLowerCase().includes(text))
  count.replaceChildren(found.length + ' of ' + data.rules.length + ' rules. ', rightNode('read 12', true), 'with the number of references that need it ',
    rightNode('delete', false), 'granted, and no reference needs it')
  table(['Policy', 'Rule', 'Grants', 'Where'], found, (rule) => [
    el('td', null, rule.policy), el('td', null, el('code', null, rule.path)),
    el('td', null, ...rule.grants.map((grant) => rightNode(grant.references === 0 ? grant.capability : grant.capability + ' ' + grant.references, grant.references > 0))),
    el('td', null, place(rule.place))])
}
function table(heads, entries, cells) {
  const body = el('tbody', null, ...entries.slice(0, shown).map((entry) => el('tr', null, ...cells(entry))))
  const head = el('thead', null, el('tr', null, ...heads.map((text) => el('th', null, text))))
  main.replaceChildren(el('div', { class: 'wide' }, el('table', null, head, body)))
  offerRest(entries.length)
}

const VIEWS = { references, access, rules }
function draw() {
  for (const button of document.querySelectorAll('nav button')) button.setAttribute('aria-pressed', String(button.dataset.view === view))
  for (const name of ['store', 'namespace', 'does']) form[name].hidden = view !== 'references'
  form.problems.parentElement.hidden = view !== 'references'
  VIEWS[view]()
}
function remember() {
  const state = new URLSearchParams({ view })
  for (const name of ['text', 'store', 'namespace', 'does']) if (form[name].value !== '') state.set(name, form[name].value)
  if (form.problems.checked) state.set('problems', '1')
  history.replaceState(null, '', '#' + state)
}
function recall() {
  const state = new URLSearchParams(location.hash.slice(1))
  view = Object.hasOwn(VIEWS, state.get('view')) ? state.get('view') : 'references'
  for (const name of ['text', 'store', 'namespace', 'does']) form[name].value = state.get(name) ?? ''
  form.problems.checked = state.has('problems')
}

document.querySelector('h1').append(data.target + ': ', ...coded(data.headline))
document.title = data.target + ': Vault inventory'
document.querySelector('.facts').append(...coded(data.facts.join(' \\u00b7 ')))
for (const name of ['store', 'namespace']) {
  const values = [...new Set(data.rows.map((row) => row[name]).filter((value) => value !== null))].sort()
  form[name].append(...values.map((value) => el('option', { value }, value)))
}
for (const button of document.querySelectorAll('nav button'))
  button.addEventListener('click', () => { view = button.dataset.view; shown = PAGE; remember(); draw() })
form.addEventListener('input', () => { shown = PAGE; remember(); draw() })
form.addEventListener('submit', (event) => event.preventDefault())
addEventListener('hashchange', () => { recall(); draw() })
addEventListener('beforeprint', () => { shown = Infinity; draw() })
recall()
draw()
`,n=`
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
`;function inventoryPage(e,r){let i=JSON.stringify({...e,source:r??null}).replaceAll(`<`,`\\u003c`);return`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${`default-src 'none'; style-src '${hashOf(n)}'; script-src '${hashOf(t)}'`}">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>Vault inventory</title>
<style>${n}</style>
</head>
<body>
<header><h1></h1><p class="facts"></p></header>
<nav>
<button type="button" data-view="references">References</button>
<button type="button" data-view="access">Who can read what</button>
<button type="button" data-view="rules">Policy rules</button>
</nav>
<form class="filters">
<input type="search" name="text" placeholder="Search object, path, file, rule" aria-label="Search">
<select name="store" aria-label="Store"><option value="">all stores</option></select>
<select name="namespace" aria-label="Namespace"><option value="">all namespaces</option></select>
<select name="does" aria-label="Direction"><option value="">reads and writes</option><option value="reads">reads</option><option value="writes">writes</option><option value="searches">searches</option></select>
<label><input type="checkbox" name="problems"> problems only</label>
</form>
<p class="count" role="status"></p>
<main></main>
<noscript>This page needs its own script, which asks no network for anything.</noscript>
<script type="application/json" id="data">${i}<\/script>
<script>${t}<\/script>
</body>
</html>
`}function hashOf(t){return`sha256-${e(`sha256`).update(t).digest(`base64`)}`}export{inventoryPage};