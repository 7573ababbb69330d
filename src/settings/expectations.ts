import type { YamlDocument } from '../files/yaml/yaml-document.ts'
import type { Expectation } from '../model/expectation.ts'
import type { InputProblem } from '../model/invalid-input.ts'
import { quoted } from './shape.ts'

const WHO = ['store', 'role', 'serviceAccount', 'namespace'] as const
const OF_SECRETS: ReadonlySet<string> = new Set(['read', 'list', 'write', 'delete'])
const OF_RULES: ReadonlySet<string> = new Set(['read', 'list', 'create', 'update', 'patch', 'delete'])

export interface RawExpectation {
  readonly store?: string
  readonly role?: string
  readonly serviceAccount?: string
  readonly namespace?: string
  readonly may?: readonly string[]
  readonly mayNot?: readonly string[]
  readonly path?: string
  readonly api?: string
  readonly reason?: string
}

export function expectationsOf(raw: readonly RawExpectation[], document: YamlDocument): Expectation[] {
  return raw.flatMap((entry, index) => {
    const is = WHO.find((one) => entry[one] !== undefined)
    if (is === undefined) return []
    const of = entry.api === undefined ? ('path' as const) : ('api' as const)
    return [
      {
        who: { is, name: entry[is] ?? '' },
        may: entry.may !== undefined,
        actions: entry.may ?? entry.mayNot ?? [],
        of,
        path: entry[of] ?? '',
        reason: entry.reason,
        span: document.spanOf(['expect', index, of]),
      },
    ]
  })
}

/** What the shape cannot tell: one of each, and actions that go with the kind of path. */
export function expectationProblems(raw: readonly RawExpectation[], document: YamlDocument): InputProblem[] {
  const problems: InputProblem[] = []
  for (const [index, entry] of raw.entries()) {
    const wrong = (path: readonly (string | number)[], message: string) => {
      const { line } = document.spanOf(['expect', index, ...path])
      problems.push({ file: document.file, line, message: `expect[${index}]: ${message}` })
    }
    const who = WHO.filter((one) => entry[one] !== undefined)
    if (who.length !== 1)
      wrong(who[1] === undefined ? [] : [who[1]], 'name one of `store`, `role`, `serviceAccount` and `namespace`.')
    if (entry.may !== undefined && entry.mayNot !== undefined)
      wrong(['mayNot'], 'write `may` and `mayNot` as two entries.')
    if ((entry.path === undefined) === (entry.api === undefined))
      wrong(
        entry.api === undefined ? [] : ['api'],
        'give one of `path` (mount and key) and `api` (as policies write it).',
      )
    const key = entry.may === undefined ? 'mayNot' : 'may'
    const known = entry.api === undefined ? OF_SECRETS : OF_RULES
    for (const [at, action] of (entry[key] ?? []).entries()) {
      if (known.has(action)) continue
      const with_ =
        entry.api === undefined
          ? 'a secret (`path`) has read, list, write and delete'
          : 'a rule (`api`) has read, list, create, update, patch and delete'
      wrong([key, at], `${with_}, not ${quoted(action)}.`)
    }
    const text = entry.path ?? entry.api ?? ''
    if (text !== '' && !text.includes('/'))
      wrong([entry.api === undefined ? 'path' : 'api'], 'a path begins with its mount, as in kv/team/**.')
  }
  return problems
}
