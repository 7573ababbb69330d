import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { VERSION } from '../src/model/version.ts'
import { circlesIn } from './import-circles.ts'

const root = join(import.meta.dirname, '..')
const src = join(root, 'src')

/**
 * Every room with the rooms whose files it may import, types included (docs/architecture.md). A room stands behind
 * all that it may import, so that arrows run one way.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  // The sentences of reasons: whoever shows one needs them, and they need nothing but the reasons.
  'report/reasons': ['model'],
  files: ['model'],
  settings: ['model', 'report/reasons', 'files'],
  'go-template': ['model'],
  gitops: ['model', 'files', 'go-template'],
  policy: ['model'],
  eso: ['model', 'go-template'],
  'state/declared': ['model', 'files'],
  'state/live': ['model'],
  'state/snapshot': ['model', 'state/live'],
  'state/desired': ['model', 'report/reasons', 'policy', 'eso'],
  workloads: ['model', 'eso'],
  chain: ['model', 'policy', 'eso', 'state/declared', 'state/live', 'workloads'],
  rules: ['model', 'report/reasons', 'policy', 'eso', 'state/desired', 'workloads', 'chain'],
  changes: ['model', 'files', 'settings', 'eso', 'chain'],
  setup: ['model', 'report/reasons', 'policy', 'eso', 'state/live', 'state/desired', 'chain'],
  drift: ['model', 'policy', 'state/live', 'chain', 'setup'],
  report: ['model', 'report/reasons', 'settings', 'policy', 'chain', 'rules', 'setup'],
  modes: [
    ...['model', 'report/reasons', 'files', 'settings', 'gitops', 'policy', 'eso'],
    ...['state/declared', 'state/live', 'state/snapshot', 'state/desired'],
    ...['workloads', 'chain', 'rules', 'changes', 'setup', 'drift', 'report'],
  ],
}

/** Files that belong to no room: they wire, and may import everything. */
const ENTRIES = ['main.ts', 'post.ts', 'start.ts', 'cli.ts']

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

const sources = filesIn(src).filter((file) => file.endsWith('.ts'))
const below = (file: string) => relative(src, file).replaceAll('\\', '/')

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Every import and re-export of the sources, types included. */
const imports: Import[] = sources.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^\s*(?:import|export)\s+(type\s)?[^'"]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm,
    ),
  ].map((match) => {
    const target = match[2] ?? match[3] ?? match[4] ?? ''
    return {
      from: below(file),
      to: target.startsWith('.') ? below(join(file, '..', target)) : target,
      typeOnly: match[1] !== undefined,
    }
  }),
)

const inside = imports.filter(({ to }) => to.endsWith('.ts'))

/** The room that a file stands in: the longest folder that the table names; `undefined` where it names none. */
function roomOf(file: string): string | undefined {
  const folders = file.split('/').slice(0, -1)
  for (let depth = folders.length; depth > 0; depth--) {
    const room = folders.slice(0, depth).join('/')
    if (Object.hasOwn(ROOMS, room)) return room
  }
  return undefined
}

/** Functions and methods by their layout: Biome ends each with a brace at the indentation that it began with. */
function functionsIn(text: string): { readonly name: string; readonly lines: number }[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const match = /^(?:export )?(?:async )?function\*? (\w+)|^ {2}(?:private |async |static )*(\w+)\(.*\{$/.exec(line)
    const name = match?.[1] ?? match?.[2]
    if (name === undefined || /^(?:if|for|while|switch|return)$/.test(name)) return []
    const end = lines.indexOf(match?.[1] === undefined ? '  }' : '}', at)
    return [{ name, lines: Math.max(1, end - at + 1) }]
  })
}

const arrow = ({ from, to }: Import) => `${from} → ${to}`
const within = (...rooms: string[]) => {
  const all = new Set(rooms)
  return (file: string) => all.has(roomOf(file) ?? '')
}

describe('the house', () => {
  test('imports were found', () => expect(inside.length).toBeGreaterThan(1000))

  test('every file stands in a room that the table names, or is an entry file', () => {
    const homeless = sources.map(below).filter((file) => roomOf(file) === undefined && !ENTRIES.includes(file))
    expect(homeless).toEqual([])
    const empty = Object.keys(ROOMS).filter((room) => !sources.some((file) => roomOf(below(file)) === room))
    expect(empty).toEqual([])
  })

  test('the table runs one way: a room may only import rooms that stand before it', () => {
    const order = Object.keys(ROOMS)
    const wrong = Object.entries(ROOMS).flatMap(([room, may]) =>
      may.filter((other) => order.indexOf(other) < 0 || order.indexOf(other) >= order.indexOf(room)),
    )
    expect(wrong).toEqual([])
  })

  test.each(Object.entries(ROOMS))('%s imports no other room than the table says', (room, may) => {
    const wrong = inside.filter(({ from, to }) => {
      if (roomOf(from) !== room) return false
      const other = roomOf(to)
      return other === undefined || (other !== room && !may.includes(other))
    })
    expect(wrong.map(arrow)).toEqual([])
  })

  test('the table says nothing that no import needs', () => {
    const needed = new Set(inside.map(({ from, to }) => `${roomOf(from)} → ${roomOf(to)}`))
    const idle = Object.entries(ROOMS).flatMap(([room, may]) => may.map((other) => `${room} → ${other}`))
    expect(idle.filter((one) => !needed.has(one))).toEqual([])
  })

  test('no circle of imports, types included', () => {
    const graph = new Map<string, string[]>(sources.map((file) => [below(file), []]))
    for (const { from, to } of inside) graph.get(from)?.push(to)
    expect(circlesIn(graph)).toEqual([])
  })

  test('model, eso, policy, chain, rules and drift touch neither files nor network', () => {
    const pure = within('model', 'eso', 'policy', 'chain', 'rules', 'drift')
    const outside = imports.filter((one) => pure(one.from) && /^(?:node:|@actions\/|node-vault|axios)/.test(one.to))
    // Digests and certificates are computed; no file or socket is opened for them.
    expect(outside.filter(({ to }) => to !== 'node:crypto').map(arrow)).toEqual([])
  })

  test('what judges knows only the types of the server room', () => {
    const values = inside.filter((one) => !one.typeOnly && within('chain', 'rules', 'drift')(one.from))
    expect(values.filter(({ to }) => roomOf(to) === 'state/live').map(arrow)).toEqual([])
  })

  test('what only live runs need is loaded lazily', () => {
    const eager = imports.filter((one) => !one.typeOnly && /^(?:node-vault|@actions\/github)$/.test(one.to))
    const dynamic = new Set(
      sources.flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/import\('(node-vault|@actions\/github)'\)/g)].map(() => below(file)),
      ),
    )
    expect(eager.filter((one) => !dynamic.has(one.from)).map(arrow)).toEqual([])
  })

  test('files are named after what they do', () => {
    expect(sources.map(below).filter((path) => /util|helper|manager|common\.ts|misc/i.test(path))).toEqual([])
  })

  // A file is as long as its idea; a function that nobody sees whole is not one idea.
  test('no function is longer than 150 lines, but the two grammars that are closures over one reader', () => {
    const long = sources
      .filter((file) => !file.endsWith('.generated.ts'))
      .flatMap((file) => functionsIn(readFileSync(file, 'utf8')).map((found) => ({ ...found, file: below(file) })))
    expect(long.length).toBeGreaterThan(2000)
    expect(long.filter(({ lines }) => lines > 150).map(({ file, name }) => `${file} ${name}`)).toEqual([
      'go-template/go-parser.ts parseTemplate',
      'policy/parse-hcl.ts parserOf',
    ])
  })

  test('nothing prints but the entry files', () => {
    const talkers = sources.filter((file) =>
      /\bconsole\.|process\.stdout|process\.stderr/.test(readFileSync(file, 'utf8')),
    )
    expect(talkers.map(below)).toEqual(['cli.ts', 'start.ts'])
  })

  test('the version is that of the package', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  })
})

describe('docs/architecture.md', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

  test('names every room, and what it may import', () => {
    const table = /<!-- rooms -->\n([\s\S]*)<!-- \/rooms -->/.exec(page)?.[1] ?? ''
    const rows = [...table.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ?([^|]*)\|$/gm)]
    const told = rows.map(([, room, what, may]) => {
      expect(what?.trim().length, room).toBeGreaterThan(10)
      return [room, [...(may ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1])]
    })
    expect(Object.fromEntries(told)).toEqual(ROOMS)
    expect(told.map(([room]) => room)).toEqual(Object.keys(ROOMS))
  })

  test('names every entry file', () => {
    expect([...page.matchAll(/^\| `src\/([^`]+)` \|/gm)].map((match) => match[1])).toEqual(ENTRIES)
  })

  test('names no file that is not there', () => {
    const named = [...page.matchAll(/`((?:src|test|model|eso|chain|modes|state)\/[\w/-]+\.ts)`/g)].map(
      (match) => match[1] as string,
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((file) => ![file, `src/${file}`].some((one) => existsSync(join(root, one))))).toEqual([])
  })
})

describe('the search for circles', () => {
  test('finds a circle of two, a longer one and a file that imports itself, and no way that only meets again', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', []],
      ['e', ['f']],
      ['f', ['e', 'a']],
      ['g', ['h']],
      ['h', ['i']],
      ['i', ['g']],
      ['j', ['j']],
    ])
    expect(circlesIn(graph)).toEqual([['e', 'f'], ['g', 'h', 'i'], ['j']])
  })
})
