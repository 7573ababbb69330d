import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { VERSION } from '../src/model/version.ts'

const root = join(import.meta.dirname, '..')
const src = join(root, 'src')

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

const sources = filesIn(src).filter((file) => file.endsWith('.ts'))
const room = (file: string) => relative(src, file).replaceAll('\\', '/')

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Every import of the sources; a type says nothing at run time and may point anywhere. */
const imports: Import[] = sources.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^\s*(?:import|export)\s+(type\s)?[^'"]*?from '([^']+)'|import\('([^']+)'\)/gm,
    ),
  ].map((match) => {
    const target = match[2] ?? match[3] ?? ''
    return {
      from: room(file),
      to: target.startsWith('.') ? room(join(file, '..', target)) : target,
      typeOnly: match[1] !== undefined,
    }
  }),
)

const within =
  (...rooms: string[]) =>
  (path: string) =>
    rooms.some((one) => path.startsWith(one))

/** Who may not use what (docs/architecture.md). */
const NEVER: readonly [string, (path: string) => boolean, (path: string) => boolean][] = [
  [
    'gitops and files know nothing of rules',
    within('files/', 'gitops/'),
    within('rules/', 'chain/', 'modes/', 'report/', 'commands/'),
  ],
  ['state knows nothing of rules', within('state/'), within('rules/', 'chain/', 'modes/', 'report/', 'commands/')],
  ['eso knows no files, no state, no rules', within('eso/'), within('state/', 'rules/', 'chain/', 'modes/', 'report/')],
  [
    'policy knows nobody',
    within('policy/'),
    within('eso/', 'files/', 'gitops/', 'state/live', 'state/declared', 'rules/', 'chain/', 'modes/', 'report/'),
  ],
  ['the chain knows no rules', within('chain/'), within('rules/', 'modes/', 'report/', 'commands/')],
  ['rules know no modes and no server', within('rules/'), within('modes/', 'commands/', 'state/live/')],
]

describe('the house', () => {
  test('imports were found', () => expect(imports.length).toBeGreaterThan(1000))

  test.each(NEVER)('%s', (_, from, to) => {
    const wrong = imports.filter((one) => !one.typeOnly && from(one.from) && to(one.to))
    expect(wrong.map((one) => `${one.from} → ${one.to}`)).toEqual([])
  })

  test('eso, policy, chain and rules touch neither files nor network', () => {
    const pure = within('eso/', 'policy/', 'chain/', 'rules/')
    const outside = imports.filter((one) => pure(one.from) && /^(?:node:|@actions\/|node-vault|axios)/.test(one.to))
    expect(outside.map((one) => `${one.from} → ${one.to}`)).toEqual([])
  })

  test('what only live runs need is loaded lazily', () => {
    const eager = imports.filter((one) => !one.typeOnly && /^(?:node-vault|@actions\/github)$/.test(one.to))
    const dynamic = new Set(
      sources.flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/import\('(node-vault|@actions\/github)'\)/g)].map(() => room(file)),
      ),
    )
    expect(eager.filter((one) => !dynamic.has(one.from)).map((one) => `${one.from} → ${one.to}`)).toEqual([])
  })

  test('files are named after what they do, and are small', () => {
    expect(sources.map(room).filter((path) => /util|helper|manager|common\.ts|misc/i.test(path))).toEqual([])
    const large = sources
      .filter((file) => !file.endsWith('.generated.ts'))
      .map((file) => [room(file), readFileSync(file, 'utf8').split('\n').length] as const)
    expect(large.filter(([, lines]) => lines > 330)).toEqual([])
  })

  test('nothing prints but the entry files', () => {
    const talkers = sources.filter((file) =>
      /\bconsole\.|process\.stdout|process\.stderr/.test(readFileSync(file, 'utf8')),
    )
    expect(talkers.map(room)).toEqual(['cli.ts'])
  })

  test('the version is that of the package', () => {
    expect(VERSION).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  })
})
