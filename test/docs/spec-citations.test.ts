import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const specs = join(root, 'docs/spec')

/** One place that names a section: `eso.md §3.6`, `platform.md §7, threat 5`, `design §3`. */
interface Citation {
  readonly at: string
  /** `eso.md`; `undefined`: nothing around says which file is meant. */
  readonly file: string | undefined
  readonly section: string
  /** `threat 5`, `row 3`, `W1`: rows of a table in the section. */
  readonly rows: readonly string[]
}

interface Spec {
  /** Numbers of the headings, in order. */
  readonly headings: readonly string[]
  /** First cells of the tables of each section, and the items of its numbered lists. */
  readonly rows: ReadonlyMap<string, ReadonlySet<string>>
}

const NAMED = /(?:(?<file>[\w-]+\.md)|\b(?<design>design)),? +$/
/** Standards have sections too. */
const STANDARD = /(?:RFC \d+|YAML 1\.2|SARIF [\d.]+|XCU),? +$/
const ROWS =
  /^,? ?(?:(?:threats?|rows?|class|promise) (?<from>\d+)(?:(?: to |-|–)(?<to>\d+)| and (?<and>\d+))?|(?<word>W\d))/

/** The citations of one file, in order. `own`: the file that a bare `§` means where the text is a specification itself. */
function citationsOf(name: string, text: string, own?: string): Citation[] {
  // Comments go on over their lines: ` * ` and `// ` at the beginning of a line are no part of what they say.
  const plain = text.replace(/\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' ')
  const found: (Citation & { readonly named: boolean })[] = []
  let last: string | undefined
  for (const match of plain.matchAll(/§(\d+(?:\.\d+)*)/g)) {
    const before = plain.slice(Math.max(0, match.index - 60), match.index)
    if (STANDARD.test(before)) continue
    const groups = NAMED.exec(before)?.groups
    const given = groups?.file ?? (groups?.design === undefined ? undefined : 'design.md')
    // `eso.md §3.3, §3.4`: a list goes on with the file that it began with.
    const listed = /§[\d.]+(?:, | and )$/.test(before)
    if (given !== undefined || own === undefined || !listed) last = given ?? own ?? last
    const rows = ROWS.exec(plain.slice(match.index + match[0].length))?.groups
    found.push({
      at: `${name}: …${before.slice(-30)}${match[0]}`,
      file: last,
      section: match[1] as string,
      rows: rowsOf(rows ?? {}),
      named: given !== undefined,
    })
  }
  // Names of test cases may come before the one that says the file.
  const first = found.find(({ named }) => named)?.file
  return found.map(({ at, file, section, rows }) => ({ at, file: file ?? first, section, rows }))
}

function rowsOf({ from, to, and, word }: Readonly<Record<string, string | undefined>>): string[] {
  if (word !== undefined) return [word]
  if (from === undefined) return []
  if (to === undefined) return and === undefined ? [from] : [from, and]
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index))
}

function readSpec(text: string): Spec {
  const headings: string[] = []
  const rows = new Map<string, Set<string>>()
  for (const line of text.split('\n')) {
    const heading = /^#{2,4} (\d+(?:\.\d+)*)\.? /.exec(line)?.[1]
    if (heading !== undefined) headings.push(heading)
    const row = /^(?:\| ([\w.]+) \||(\d+)\. )/.exec(line)
    const section = headings.at(-1)
    const cell = row?.[1] ?? row?.[2]
    if (section === undefined || cell === undefined) continue
    const known = rows.get(section) ?? new Set()
    rows.set(section, known.add(cell))
  }
  return { headings, rows }
}

/** Whether the section is a heading, or a row of the section above it: `§0.9` is row 0.9 (or 9) of section 0. */
function hasSection(spec: Spec, section: string): boolean {
  if (spec.headings.includes(section)) return true
  const cut = section.lastIndexOf('.')
  if (cut < 0) return false
  const rows = spec.rows.get(section.slice(0, cut))
  return rows?.has(section) === true || rows?.has(section.slice(cut + 1)) === true
}

function filesBelow(folder: string, endings: readonly string[]): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const isSpec = (file: string) => file.startsWith('docs/spec/')
const SPECS = new Map(
  readdirSync(specs)
    .filter((name) => name !== 'README.md')
    .map((name) => [name, readSpec(read(`docs/spec/${name}`))] as const),
)
const SOURCES = [
  ...['src', 'test', 'bench', 'scripts'].flatMap((folder) => filesBelow(folder, ['.ts'])),
  ...filesBelow('docs', ['.md']),
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
].filter((file) => file !== 'test/docs/spec-citations.test.ts' && file !== 'docs/spec/README.md')
const CITATIONS = SOURCES.flatMap((file) =>
  citationsOf(file, read(file), isSpec(file) ? file.slice('docs/spec/'.length) : undefined),
)

describe('citations', () => {
  test('are read in every form that comments have', () => {
    const text = [
      '/** ESO reads twice (eso.md §2.4); a push does',
      ' * not (platform.md §7,',
      ' * threats 2 to 4). See §9, and design §1, promise 5; field.md §2, W1. */',
      '// RFC 3986 §3.3',
    ].join('\n')
    expect(citationsOf('x.ts', text).map(({ file, section, rows }) => [file, section, ...rows])).toEqual([
      ['eso.md', '2.4'],
      ['platform.md', '7', '2', '3', '4'],
      ['platform.md', '9'],
      ['design.md', '1', '5'],
      ['field.md', '2', 'W1'],
    ])
  })

  test('there are many', () => {
    expect(CITATIONS.filter(({ at }) => !isSpec(at)).length).toBeGreaterThan(400)
  })

  test('name a section that docs/spec has', () => {
    const broken = CITATIONS.filter(({ file, section, rows }) => {
      const spec = file === undefined ? undefined : SPECS.get(file)
      if (spec === undefined || !hasSection(spec, section)) return true
      return rows.some((row) => !spec.rows.get(section)?.has(row))
    })
    expect(broken.map(({ at }) => at)).toEqual([])
  })
})

describe('specifications', () => {
  const background = new Set(
    [...(read('docs/spec/README.md').split('## Background')[1] ?? '').matchAll(/`([\w-]+\.md)(?: §([\d.]+))?`/g)].map(
      ([, file, section]) => `${file} ${section ?? ''}`.trim(),
    ),
  )
  const cited = new Set(CITATIONS.filter(({ at }) => !isSpec(at)).map(({ file, section }) => `${file} ${section}`))
  const sections = [...SPECS].flatMap(([file, { headings }]) => headings.map((heading) => ({ file, heading })))

  test('hold no section that nothing cites, other than background', () => {
    const idle = sections.filter(({ file, heading }) => {
      const own = `${file} ${heading}`
      if (background.has(file) || background.has(own)) return false
      return ![...cited].some((one) => one === own || one.startsWith(`${own}.`))
    })
    expect(idle).toEqual([])
  })

  test('the background is there', () => {
    const known = new Set([...SPECS.keys(), ...sections.map(({ file, heading }) => `${file} ${heading}`)])
    expect([...background].filter((one) => !known.has(one))).toEqual([])
  })

  test('the README names each file', () => {
    const readme = read('docs/spec/README.md')
    for (const file of SPECS.keys()) expect(readme).toContain(`[${file}](${file})`)
  })

  test('vectors that are named exist', () => {
    const ids = new Set(
      ['acl-vectors', 'policy-parse-vectors']
        .flatMap((name) => read(`test/policy/vectors/${name}.jsonl`).trim().split('\n'))
        .map((line) => JSON.parse(line).id as string),
    )
    const named = [...read('docs/spec/vault.md').matchAll(/\b[DPJC]\d{2,3}\b/g)].map(([id]) => id)
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((id) => !ids.has(id))).toEqual([])
  })

  test('path vectors that eso.md shows are those that are run', () => {
    const { vectors } = JSON.parse(read('test/eso/vectors/eso-path-vectors.json')) as {
      vectors: readonly Readonly<Record<string, unknown>>[]
    }
    const table = (read('docs/spec/eso.md').split('### 2.5')[1] ?? '').split('### 2.6')[0] ?? ''
    const shown = [...table.matchAll(/^\| (\d+) \| (v[12]) \| (\S+) \| `(\S+)` \| `([^`]+)`/gm)]
    expect(shown.length).toBeGreaterThan(15)
    for (const [, number, version, path, key, data] of shown) {
      const vector = vectors[Number(number) - 1]
      const given = path === 'unset' ? null : path === '`""`' ? '' : path?.replaceAll('`', '')
      expect({ version, path: given, key, data }, `row ${number}`).toEqual({
        version: vector?.version,
        path: vector?.path ?? null,
        key: vector?.key,
        data: String(vector?.httpDataPath ?? '').replace('/v1/', ''),
      })
    }
  })
})
