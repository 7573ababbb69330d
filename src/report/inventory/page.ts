import { createHash } from 'node:crypto'
import type { Inventory } from './inventory.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'

/**
 * The inventory as one HTML file that asks no network for anything: light, dark, on a phone and on paper.
 *
 * The document travels as JSON that the page's own script shows as text, never as HTML; the content security policy lets no other
 * script run, whatever a manifest is called.
 *
 * @param source what comes before a file's path in a link to it (`https://…/blob/<commit>/`); without it, places are no links.
 */
export function inventoryPage(inventory: Inventory, source: string | undefined): string {
  const data = JSON.stringify({ ...inventory, source: source ?? null }).replaceAll('<', '\\u003c')
  const policy = `default-src 'none'; style-src '${hashOf(PAGE_STYLE)}'; script-src '${hashOf(PAGE_SCRIPT)}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>Vault inventory</title>
<style>${PAGE_STYLE}</style>
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
<script type="application/json" id="data">${data}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
