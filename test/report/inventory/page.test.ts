import { describe, expect, test } from 'vitest'
import type { Inventory, InventoryRow } from '../../../src/report/inventory/inventory.ts'
import { inventoryPage } from '../../../src/report/inventory/page.ts'
import { BROWSER, open } from './browser.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)>'

const row = (n: number, more: Partial<InventoryRow> = {}): InventoryRow => ({
  state: 'works',
  kind: 'ExternalSecret',
  name: `app-${n}`,
  namespace: `team-${n % 7}`,
  file: `apps/app ${n}.yaml`,
  line: 12,
  does: 'reads',
  path: `kv/team/app-${n}`,
  properties: ['password'],
  store: 'vault',
  chain: [0, 1, 2],
  ...more,
})

function inventoryOf(count: number): Inventory {
  const rows = Array.from({ length: count }, (_, n) => row(n))
  return {
    target: 'prod',
    headline: `All ${count} references work`,
    facts: ['52 Vault paths', 'Vault was not asked'],
    rows,
    hops: [
      { is: 'store', state: 'holds', text: 'vault, KV version 2 at kv/', place: { file: 'store.yaml', line: 3 } },
      {
        is: 'policy',
        state: 'holds',
        text: 'eso: rule kv/data/team/* allows read',
        place: { file: 'eso.hcl', line: 1 },
      },
      { is: 'secret', state: 'open', text: 'not checked: Vault was not asked', place: null },
    ],
    roles: ['role eso', 'role push'],
    paths: rows.map(({ path }) => ({
      path: path as string,
      references: 1,
      cells: [[{ capability: 'read', used: true }], [{ capability: 'delete', used: false }]],
    })),
    rules: [
      {
        policy: 'eso',
        path: 'kv/data/team/*',
        place: { file: 'eso.hcl', line: 1 },
        grants: [
          { capability: 'read', references: count },
          { capability: 'list', references: 0 },
        ],
      },
    ],
  }
}

describe('the page as text', () => {
  test('no name from a repository can leave the data that it stands in', () => {
    const page = inventoryPage({ ...inventoryOf(1), rows: [row(0, { name: HOSTILE })], target: HOSTILE }, undefined)
    expect(page).not.toContain('<img')
    expect(page.match(/<\/script>/g)).toHaveLength(2)
  })

  test('asks no network for anything', () => {
    const page = inventoryPage(inventoryOf(3), 'https://github.com/o/r/blob/abc/')
    expect(page).toContain("default-src 'none'")
    expect(page.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '')).not.toMatch(
      /https?:|url\(|@import|src=/,
    )
  })

  test('10,000 references take less than 4 MB', () => {
    expect(inventoryPage(inventoryOf(10_000), undefined).length).toBeLessThan(4_000_000)
  })
})

// A Chromium is on the runners of CI and on many machines; where none is, this suite is told as skipped.
describe.skipIf(BROWSER === undefined)('the page in a browser', () => {
  const opened = (inventory: Inventory, hash = '', source?: string) => {
    const { html, complaints } = open(inventoryPage(inventory, source), hash)
    expect(complaints).toEqual([])
    return html.slice(0, html.indexOf('<script type="application/json"'))
  }
  const count = (html: string, what: RegExp) => [...html.matchAll(what)].length

  test('shows every reference of a repository of 243', () => {
    const html = opened(inventoryOf(243))
    expect(html).toContain('prod: All 243 references work')
    expect(count(html, /<details>/g)).toBe(243)
    expect(html).toContain('kv/team/app-242')
  }, 100_000)

  test('opens 10,000 with the first 300, and says how to see the rest', () => {
    const html = opened(inventoryOf(10_000))
    expect(count(html, /<details>/g)).toBe(300)
    expect(html).toContain('Show all 10000')
    expect(html).toContain('10000 of 10000 uses')
  }, 100_000)

  test('keeps its filters in the address', () => {
    const html = opened(
      { ...inventoryOf(20), rows: [row(0), row(1, { state: 'broken' }), row(2, { state: 'not-checked' })] },
      '#view=references&problems=1&text=APP-1',
    )
    expect(count(html, /<details>/g)).toBe(1)
    expect(html).toContain('team-1/app-1')
  }, 100_000)

  test('shows who can read what, with what nobody needs set apart', () => {
    const html = opened(inventoryOf(3), '#view=access')
    expect(count(html, /<tr>/g)).toBe(4)
    expect(html).toContain('<span class="right unused">delete</span>')
  }, 100_000)

  test('shows each rule with the number of references that need it, and links to its line', () => {
    const html = opened(inventoryOf(3), '#view=rules', 'https://github.com/o/r/blob/abc/')
    expect(html).toContain('<span class="right">read 3</span><span class="right unused">list</span>')
    expect(html).toContain('href="https://github.com/o/r/blob/abc/eso.hcl#L1"')
  }, 100_000)

  test('shows names as code, and says why there is no rule', () => {
    const html = opened(
      { ...inventoryOf(1), headline: '0 checked: role `a<b` is not in Git', rules: [] },
      '#view=rules',
    )
    expect(html).toContain('<h1>prod: 0 checked: role <code>a&lt;b</code> is not in Git</h1>')
    expect(html).toContain('No rules: the policies of these roles are known neither')
    expect(html).not.toContain('<table>')
  }, 100_000)

  test('shows a hostile name as text', () => {
    const html = opened({ ...inventoryOf(1), rows: [row(0, { name: HOSTILE })] })
    expect(html).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toContain('<img')
  }, 100_000)
})
