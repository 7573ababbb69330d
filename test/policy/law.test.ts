import { describe, expect, test } from 'vitest'
import type { PolicyFact } from '../../src/model/vault-state.ts'
import { decide } from '../../src/policy/decide.ts'
import { buildLaw, type Holder } from '../../src/policy/law.ts'
import { rules } from './acl-of.ts'

function fact(name: string, text: string, unknown: readonly string[] = []): PolicyFact {
  return { name, text, unknown, provenance: { from: 'vault' } }
}

const law = buildLaw({
  policies: [
    fact('reader', rules({ 'kv/data/*': 'read' })),
    fact('Writer', rules({ 'kv/data/*': 'create update' })),
    fact('broken', 'path "a" {'),
    fact('partly', rules({ 'kv/metadata/${ENV}/*': 'read' }), ['ENV']),
    fact('reader', rules({ 'kv/data/*': 'deny' })),
  ],
})
const verdict = (holder: Holder, path: string, operation: 'read' | 'create' | 'update' = 'read') =>
  decide(law.forHolder(holder).acl, { operation, path }).verdict

describe('buildLaw', () => {
  test('merges the policies of a token; names know no case (vault.md §1.6)', () => {
    expect(verdict({ policies: ['reader'] }, 'kv/data/x')).toBe('allowed')
    expect(verdict({ policies: ['reader'] }, 'kv/data/x', 'create')).toBe('denied')
    expect(verdict({ policies: ['READER', 'writer'] }, 'kv/data/x', 'create')).toBe('allowed')
  })

  test('missing policies are ignored and told (vault.md §2.4)', () => {
    const holder = law.forHolder({ policies: ['gone', 'reader', 'Away'] })
    expect(holder.missing).toEqual(['away', 'gone'])
    expect(decide(holder.acl, { operation: 'read', path: 'kv/data/x' }).verdict).toBe('allowed')
  })

  test('a policy that does not parse makes everything unknown', () => {
    const holder = law.forHolder({ policies: ['broken', 'reader'] })
    const says = 'failed to parse policy: At 1:12: object expected closing RBRACE got: EOF'
    expect(holder.invalid).toEqual([{ policy: 'broken', says }])
    expect(decide(holder.acl, { operation: 'read', path: 'kv/data/x' }).verdict).toBe('unknown')
  })

  test('default comes with every token but one of a role that says no (vault.md §1.7)', () => {
    expect(verdict({ policies: [] }, 'auth/token/lookup-self')).toBe('allowed')
    expect(verdict({ policies: [], noDefaultPolicy: true }, 'auth/token/lookup-self')).toBe('denied')
    expect(verdict({ policies: [] }, 'auth/token/revoke-self', 'update')).toBe('allowed')
    const own = buildLaw({ policies: [fact('default', rules({ x: 'read' }))] })
    expect(
      decide(own.forHolder({ policies: [] }).acl, { operation: 'read', path: 'auth/token/lookup-self' }).verdict,
    ).toBe('denied')
  })

  test('root (vault.md §2.1)', () => {
    expect(verdict({ policies: ['root'] }, 'sys/raw/x')).toBe('allowed')
    const both = law.forHolder({ policies: ['root', 'reader'] })
    expect(both.error).toBe('other policies present along with root')
    expect(decide(both.acl, { operation: 'read', path: 'kv/data/x' }).verdict).toBe('denied')
  })

  test('unknown parts of a text stay unknown', () => {
    expect(verdict({ policies: ['partly'] }, 'kv/metadata/prod/x')).toBe('unknown')
    expect(verdict({ policies: ['partly'] }, 'kv/data/x')).toBe('denied')
  })

  test('of two texts with one name the first counts, and it is told', () => {
    expect(law.ambiguous).toEqual(['reader'])
    expect(verdict({ policies: ['reader'] }, 'kv/data/x')).toBe('allowed')
  })

  test('one ACL for each set of policies, whatever their order', () => {
    const one = law.forHolder({ policies: ['reader', 'writer'] })
    expect(law.forHolder({ policies: ['Writer', 'reader', 'reader'] })).toBe(one)
    expect(law.forHolder({ policies: ['reader'] })).not.toBe(one)
  })

  test('a policy is parsed once, and only when it is needed', () => {
    const reads: string[] = []
    const watched = ['a', 'b'].map(
      (name): PolicyFact => ({
        name,
        unknown: [],
        provenance: { from: 'vault' },
        get text() {
          reads.push(name)
          return rules({ [name]: 'read' })
        },
      }),
    )
    const watching = buildLaw({ policies: watched })
    watching.forHolder({ policies: ['a'] })
    watching.forHolder({ policies: ['a'], noDefaultPolicy: true })
    expect(reads).toEqual(['a'])
  })
})

describe('templates (vault.md §2.7)', () => {
  const label = (key: string) => `kv/data/{{identity.entity.aliases.auth_kubernetes_1.metadata.${key}}}/*`
  const templated = buildLaw({ policies: [fact('t', rules({ [label('service_account_namespace')]: 'read' }))] })
  const ask = (entity: Holder['entity'], path: string) => {
    const { acl } = templated.forHolder({ policies: ['t'], ...(entity === undefined ? {} : { entity }) })
    return decide(acl, { operation: 'read', path })
  }
  const alias = { name: 'prod/web', metadata: { service_account_name: 'web', service_account_namespace: 'prod' } }
  const known = { aliases: [{ ...alias, mountAccessor: 'auth_kubernetes_1' }], whole: false }

  test('the values of a known login are filled in', () => {
    expect(ask(known, 'kv/data/prod/db').verdict).toBe('allowed')
    expect(ask(known, 'kv/data/stage/db').verdict).toBe('denied')
  })

  test('without the entity the rule may match, or be skipped', () => {
    expect(ask(undefined, 'kv/data/prod/db')).toMatchObject({
      verdict: 'unknown',
      because: {
        code: 'rule-part-unknown',
        unknown: ['{{identity.entity.aliases.auth_kubernetes_1.metadata.service_account_namespace}}'],
      },
    })
    expect(ask(undefined, 'kv/metadata/prod/db').verdict).toBe('denied')
  })

  test('a token without an entity: the block is skipped (D122)', () => {
    expect(ask(null, 'kv/data/prod/db').verdict).toBe('denied')
  })

  test('an alias of an unknown mount: the value is right only if the accessor is that mount’s', () => {
    const unnamed = { aliases: [alias], whole: false }
    expect(ask(unnamed, 'kv/data/prod/db')).toMatchObject({
      verdict: 'unknown',
      because: {
        code: 'rule-part-unknown',
        unknown: ["whether auth_kubernetes_1 is the accessor of this login's auth mount"],
      },
    })
    expect(ask(unnamed, 'kv/data/stage/db').verdict).toBe('denied')
  })

  describe('which auth mount an accessor is of', () => {
    const written = (accessor: string, directive = 'metadata.service_account_namespace') =>
      `kv/data/{{identity.entity.aliases.${accessor}.${directive}}}/*`
    const verdict = (label: string, more: object, unknown: readonly string[] = []) => {
      const law = buildLaw({ policies: [{ ...fact('t', rules({ [label]: 'read' })), unknown }] })
      const entity = { metadata: {}, aliases: [{ ...alias, mount: 'k8s/one', ...more }], whole: false }
      const { acl } = law.forHolder({ policies: ['t'], entity })
      return decide(acl, { operation: 'read', path: 'kv/data/prod/db' }).verdict
    }
    const terraform = (mount: string) => `\${auth/${mount}/@accessor}`

    test.each([
      ['Terraform names the mount', terraform('k8s/one'), {}, 'allowed'],
      ['Terraform names another mount', terraform('k8s/two'), {}, 'unknown'],
      ['the server tells it', 'auth_kubernetes_9', { mountAccessor: 'auth_kubernetes_9' }, 'allowed'],
      ['the server tells another', 'auth_kubernetes_9', { mountAccessor: 'auth_kubernetes_8' }, 'unknown'],
      ['the only mount of its type', 'auth_kubernetes_9', { soleOfType: 'kubernetes' }, 'allowed'],
      ['the only mount of another type', 'auth_jwt_9', { soleOfType: 'kubernetes' }, 'unknown'],
      ['a variable, and the only mount', '${ACCESSOR}', { soleOfType: 'kubernetes' }, 'allowed'],
      ['a variable, and several mounts', '${ACCESSOR}', {}, 'unknown'],
    ] as const)('%s', (_, accessor, more, expected) => {
      expect(verdict(written(accessor), more, ['ACCESSOR', 'auth/k8s/one/@accessor', 'auth/k8s/two/@accessor'])).toBe(
        expected,
      )
    })

    test('what cannot resolve makes the server drop the rule', () => {
      expect(verdict('kv/data/{{identity.entity.metadata.team}}/*', {})).toBe('denied')
      expect(verdict('kv/data/{{auth.kubernetes.token_meta_namespace}}/*', {})).toBe('denied')
      expect(verdict(written('a', 'namespace'), { mountAccessor: 'a' })).toBe('denied')
    })
  })

  test('a rule that is dropped is the nearest, with the reason', () => {
    const law = buildLaw({
      policies: [fact('t', rules({ 'kv/data/{{auth.x.y}}/*': 'read', 'kv/data/prod-a': 'read' }))],
    })
    const { acl } = law.forHolder({ policies: ['t'], entity: known })
    const decision = decide(acl, { operation: 'read', path: 'kv/data/prod/db' })
    expect(decision).toMatchObject({
      verdict: 'denied',
      because: {
        code: 'no-rule-covers',
        nearest: {
          rule: { blocks: [{ path: 'kv/data/{{auth.x.y}}/*', policy: 't' }] },
          hint: { code: 'dropped', directive: '{{auth.x.y}}' },
        },
      },
    })
  })

  test('policies of a parent namespace name the child in front of the path (vault.md §2.8)', () => {
    const law = buildLaw({ policies: [fact('t', rules({ 'garden/kv/data/*': 'read' }))] })
    const { acl } = law.forHolder({ policies: ['t'], namespace: 'admin/' })
    const read = (namespace: string) => decide(acl, { operation: 'read', path: 'kv/data/a', namespace }).verdict
    expect(read('admin/garden/')).toBe('allowed')
    expect(read('admin/')).toBe('denied')
    expect(read('garden/')).toBe('denied')
  })

  test('a value that some servers refuse (D124, D125)', () => {
    const odd = {
      aliases: [{ mountAccessor: 'auth_kubernetes_1', metadata: { service_account_namespace: 'a/b' } }],
      whole: true,
    }
    const path = 'kv/data/a/b/x'
    expect(ask(odd, path).verdict).toBe('unknown')
    for (const [guarded, verdict] of [
      [[], 'allowed'],
      [['/', '*', '+'], 'denied'],
    ] as const) {
      const strict = buildLaw({
        policies: [fact('t', rules({ [label('service_account_namespace')]: 'read' }))],
        guarded,
      })
      const { acl } = strict.forHolder({ policies: ['t'], entity: odd })
      expect(decide(acl, { operation: 'read', path }).verdict).toBe(verdict)
    }
  })

  test('entity, groups and custom metadata; an unknown directive skips the block', () => {
    const entity = {
      id: 'e1',
      name: 'bob',
      metadata: { team: 'blue' },
      aliases: [{ mountAccessor: 'acc', id: 'a1', name: 'n', customMetadata: { k: 'v' } }],
      groups: [{ id: 'g1', name: 'ops', metadata: { tier: '1' } }],
      whole: true,
    }
    const cases: readonly [string, string | undefined][] = [
      ['identity.entity.id', 'e1'],
      [' identity.entity.name ', 'bob'],
      ['identity.entity.metadata.team', 'blue'],
      ['identity.entity.metadata.none', undefined],
      ['identity.entity.aliases.acc.id', 'a1'],
      ['identity.entity.aliases.acc.custom_metadata.k', 'v'],
      ['identity.entity.aliases.other.id', undefined],
      ['identity.groups.names.ops.id', 'g1'],
      ['identity.groups.ids.g1.metadata.tier', '1'],
      ['identity.groups.ids.none.name', undefined],
      ['bogus', undefined],
    ]
    for (const [directive, value] of cases) {
      const one = buildLaw({ policies: [fact('t', rules({ [`x/{{${directive}}}`]: 'read' }))] })
      const { acl } = one.forHolder({ policies: ['t'], noDefaultPolicy: true, entity })
      expect(
        acl.rules.map((rule) => rule.path.text),
        directive,
      ).toEqual(value === undefined ? [] : [`x/${value}`])
    }
  })
})
