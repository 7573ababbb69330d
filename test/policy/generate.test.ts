import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/model/decision.ts'
import { VARIANTS } from '../../src/model/variant.ts'
import type { Capability } from '../../src/policy/capability.ts'
import { generatePolicy, quoteHcl, type WantedAccess } from '../../src/policy/generate.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { type Random, randomFrom } from '../differential/random.ts'
import { allowOperation } from './acl-answers.ts'
import { aclOf } from './acl-of.ts'

const wanted: readonly WantedAccess[] = [
  { path: 'kv/data/prod/app/db', capability: 'read', group: 'ExternalSecret apps/db' },
  { path: 'kv/metadata/prod/app/db', capability: 'update', group: 'PushSecret apps/db' },
  { path: 'kv/metadata/prod/app/db', capability: 'create', group: 'PushSecret apps/db' },
  { path: 'kv/data/prod/app/api', capability: 'read', group: 'ExternalSecret apps/api' },
  { path: 'kv/data/prod/app/db', capability: 'read', group: 'PushSecret apps/db' },
  { path: 'kv/data/root', capability: 'read', group: 'ExternalSecret apps/root' },
]

describe('generatePolicy', () => {
  test('exact: one block for each path, capabilities merged, a comment for each group', () => {
    expect(generatePolicy(wanted, { form: 'exact' }).text).toBe(`# ExternalSecret apps/api
path "kv/data/prod/app/api" {
  capabilities = ["read"]
}

# ExternalSecret apps/db, PushSecret apps/db
path "kv/data/prod/app/db" {
  capabilities = ["read"]
}

# ExternalSecret apps/root
path "kv/data/root" {
  capabilities = ["read"]
}

# PushSecret apps/db
path "kv/metadata/prod/app/db" {
  capabilities = ["create", "update"]
}
`)
  })

  test('folder: one rule for each folder, never above data/ or metadata/', () => {
    const { rules } = generatePolicy(wanted, { form: 'folder' })
    expect(rules.map(({ path, capabilities }) => [path, capabilities.join(' ')])).toEqual([
      ['kv/data/prod/app/*', 'read'],
      ['kv/data/root', 'read'],
      ['kv/metadata/prod/app/*', 'create update'],
    ])
  })

  test('folder: a folder inside another goes up into it', () => {
    const paths = ['kv/data/a/x', 'kv/data/a/b/y', 'kv/data/a/b/c/z', 'kv/data/ab/x']
    const { rules } = generatePolicy(
      paths.map((path) => ({ path, capability: 'read' })),
      { form: 'folder' },
    )
    expect(rules.map(({ path }) => path)).toEqual(['kv/data/a/*', 'kv/data/ab/*'])
  })

  test.each([
    [{ path: 'team/kv', version: 2 }, 'team/kv/data/x', 'team/kv/data/x'],
    [{ path: 'team/kv', version: 2 }, 'team/kv/data/a/x', 'team/kv/data/a/*'],
    [{ path: 'team/kv', version: 1 }, 'team/kv/x', 'team/kv/x'],
    [{ path: 'team/kv', version: 1 }, 'team/kv/data/x', 'team/kv/data/*'],
  ] as const)('folder: the mount %j is not left: %s gives %s', (mount, path, rule) => {
    const { rules } = generatePolicy([{ path, capability: 'read' }], { form: 'folder', mounts: [mount] })
    expect(rules.map((one) => one.path)).toEqual([rule])
  })

  test('the order of the accesses does not matter', () => {
    for (const form of ['exact', 'folder'] as const) {
      expect(generatePolicy(wanted.toReversed(), { form })).toEqual(generatePolicy(wanted, { form }))
    }
  })

  test.each(['kv/data/a*', 'kv/data/+/x', 'kv/data/+x', 'kv/data/{{x}}', ''])('%j cannot be named', (path) => {
    const access: WantedAccess = { path, capability: 'read' }
    expect(generatePolicy([access], { form: 'exact' })).toEqual({ text: '', rules: [], inexpressible: [access] })
  })

  test('a narrow rule repeats what the wide one grants, else it would take it away', () => {
    const accesses: readonly WantedAccess[] = [
      { path: 'kv/metadata/app', capability: 'list', below: true },
      { path: 'kv/metadata/app', capability: 'read' },
      { path: 'kv/metadata/app/db', capability: 'read' },
    ]
    const { text } = generatePolicy(accesses, { form: 'exact' })
    const acl = aclOf(text)
    for (const variant of VARIANTS) {
      for (const path of ['kv/metadata/app/', 'kv/metadata/app/db/', 'kv/metadata/app/x/y/']) {
        expect(allowOperation(acl, { operation: 'list', path }, variant).allowed, `${path}\n${text}`).toBe(true)
      }
      expect(allowOperation(acl, { operation: 'list', path: 'kv/metadata/' }, variant).allowed).toBe(false)
      expect(allowOperation(acl, { operation: 'read', path: 'kv/metadata/app/x' }, variant).allowed).toBe(false)
    }
  })

  test('a group cannot end its comment', () => {
    const { text } = generatePolicy([{ path: 'x', capability: 'read', group: 'a\npath "*" {}\u2028b' }], {
      form: 'exact',
    })
    expect(text.split('\n')[0]).toBe('# a path "*" {} b')
    expect(parsePolicy(text)).toMatchObject({ ok: true, policy: { rules: [{ label: 'x' }] } })
  })

  test.each(['a"b', 'a\\b', 'a${b', 'a${b}c"', 'a\tb', 'é😀', '$', 'a\u0085b'])(
    'quoteHcl(%j) says just that',
    (path) => {
      const result = parsePolicy(`path ${quoteHcl(path)} { }`, { product: 'vault' })
      expect(result).toMatchObject({ ok: true, policy: { rules: [{ label: path }] } })
    },
  )
})

describe('what is generated allows what was asked for, and nothing else (exact)', () => {
  const operations: readonly (Operation & Capability)[] = ['read', 'create', 'update', 'delete', 'list']
  test.each([1, 2, 3, 4, 5])('seed %i', (seed) => {
    const random = randomFrom(seed)
    for (let round = 0; round < 60; round += 1) {
      const accesses = random.some(1, 10, () => randomAccess(random, operations))
      const form = random.pick(['exact', 'exact', 'folder'] as const)
      const { text, inexpressible } = generatePolicy(accesses, { form })
      const acl = aclOf(text)
      expect(inexpressible).toEqual([])
      const asked = new Set(accesses.flatMap(requestsOf))
      for (const request of [
        ...asked,
        ...random.some(20, 20, () => requestsOf(randomAccess(random, operations))[0] ?? ''),
      ]) {
        const [operation, path] = request.split(' ') as [Operation, string]
        const should = asked.has(request) || accesses.some((access) => coversBelow(access, operation, path))
        for (const variant of VARIANTS) {
          const { allowed } = allowOperation(acl, { operation, path }, variant)
          // A folder rule covers more, on purpose.
          if (allowed !== should && !(form === 'folder' && allowed)) {
            throw new Error(`${request} as ${variant} should be ${should}:\n${text}\n${JSON.stringify(accesses)}`)
          }
        }
      }
    }
  })
})

function randomAccess(random: Random, operations: readonly (Operation & Capability)[]): WantedAccess {
  const segments = random.some(1, 3, () => random.pick(['a', 'b', 'ab', 'a+b', 'é']))
  const path = ['kv', random.pick(['data', 'metadata']), ...segments].join('/')
  return { path, capability: random.pick(operations), ...(random.chance(0.15) ? { below: true } : {}) }
}

function requestsOf({ path, capability, below }: WantedAccess): string[] {
  if (capability === 'list') return [`list ${path}/`, ...(below ? [`list ${path}/x/`] : [])]
  return below ? [`${capability} ${path}/x`] : [`${capability} ${path}`]
}

function coversBelow(access: WantedAccess, operation: Operation, path: string): boolean {
  return access.below === true && access.capability === operation && path.startsWith(`${access.path}/`)
}
