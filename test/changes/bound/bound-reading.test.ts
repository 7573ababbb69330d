import { describe, expect, test } from 'vitest'
import { type Files, history } from '../git-history.ts'
import { bothReadings, saidOfChange } from './both-readings.ts'
import { CHANGES, KINDS, type MadeChange, madeRepository } from './made-repository.ts'

/** Without kustomize and helm: who builds a root is another question. */
const PATH = '/usr/bin:/bin'

/** Why everything was read, by test. */
const wides = new Map<string, string | undefined>()

async function compared(before: Files, changes: readonly MadeChange[], name: string) {
  const edit: Record<string, string | undefined> = {}
  for (const change of changes) Object.assign(edit, change.edit({ ...before, ...edit }))
  const isThere = (path: string) => edit[path] !== undefined || before[path] !== undefined
  if (Object.keys(edit).length === 0 || !Object.keys(edit).every(isThere)) return undefined
  const repository = history()
  repository.commit('before', before)
  repository.git('checkout', '-q', '-b', 'topic')
  repository.commit('after', edit)
  const read = await bothReadings(repository.folder, PATH)
  expect(saidOfChange(read.bound)).toEqual(saidOfChange(read.full))
  wides.set(name, read.wide)
  return read
}

describe.each(KINDS)('what a change can touch is enough to judge it: %s', (kind) => {
  test.each(CHANGES)('$name', async (change) => {
    const read = await compared(madeRepository(kind), [change], `${kind}: ${change.name}`)
    if (change.isWide) expect(read?.wide).toBeDefined()
  })
})

test('most changes of the kinds that are made are judged without reading everything', () => {
  const wide = [...wides].filter(([, why]) => why !== undefined).map(([name, why]) => `${name}: ${why}`)
  expect(wide.length, wide.join('\n')).toBeLessThan(wides.size / 3)
})

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) + 0x9e3779b9) >>> 0
    return state % below
  }
}

describe('several changes at once', () => {
  test.each(Array.from({ length: Number(process.env.ESO_VAULT_CHANGES ?? 10) }, (_, seed) => seed))(
    'seed %i',
    async (seed) => {
      const below = numbers(seed + 1)
      const kind = KINDS[below(KINDS.length)] ?? 'flux'
      const narrow = CHANGES.filter(({ isWide }) => isWide !== true)
      const changes = Array.from({ length: 2 + below(3) }, () => narrow[below(narrow.length)] as MadeChange)
      await compared(madeRepository(kind), changes, `${seed}`)
    },
  )
})
