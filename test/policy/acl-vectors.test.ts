import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/model/decision.ts'
import { VARIANTS, type Variant } from '../../src/model/variant.ts'
import { type AclPolicy, buildAcl } from '../../src/policy/acl.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import type { EntityFacts } from '../../src/policy/template.ts'
import { allowOperation, capabilities } from './acl-answers.ts'

interface Vector {
  readonly id: string
  readonly policies: readonly string[]
  readonly path: string
  readonly op: Operation
  readonly data?: Record<string, unknown>
  readonly wrap?: number
  readonly caps?: boolean
  readonly ns?: string
  readonly tmpl?: boolean
  readonly entity?: {
    readonly ID: string
    readonly Name: string
    readonly Metadata: Record<string, string>
    readonly Aliases: readonly { MountAccessor: string; Name: string; Metadata: Record<string, string> }[]
  }
  readonly blocked?: readonly string[]
  readonly expect: Record<Variant, string>
}

const vectors: Vector[] = readFileSync(new URL('vectors/acl-vectors.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))

describe('evaluation vectors in all four variants (vault.md §3)', () => {
  test('all of them are here', () => expect(vectors).toHaveLength(333))

  for (const variant of VARIANTS) {
    test.each(vectors)(`$id as ${variant}`, (vector) => {
      expect(evaluate(vector, variant)).toBe(vector.expect[variant])
    })
  }
})

function evaluate(vector: Vector, variant: Variant): string {
  const namespace = vector.ns ?? ''
  const policies = vector.policies.map((text, index): AclPolicy | 'root' => {
    if (text === 'root') return 'root'
    const result = parsePolicy(text)
    if (!result.ok) throw new Error(`${vector.id}: ${result.error}`)
    return { name: `p${index}`, parsed: result.policy, namespace }
  })
  const built = buildAcl(policies, { entity: entityOf(vector), guarded: vector.blocked ?? [] })
  if ('error' in built) return `ACL_ERR ${JSON.stringify(built.error)}`
  if (vector.caps) return `[${capabilities(built.acl, vector.path, variant, namespace).join(' ')}]`
  const { op: operation, path, data, wrap: wrapTtl } = vector
  const request = { operation, path, namespace, ...(data ? { data } : {}), ...(wrapTtl ? { wrapTtl } : {}) }
  const { allowed, sudo } = allowOperation(built.acl, request, variant)
  return `${allowed ? 'allow' : 'deny'}${sudo ? '+root' : ''}`
}

function entityOf({ entity }: Vector): EntityFacts | null {
  if (!entity) return null
  return {
    id: entity.ID,
    name: entity.Name,
    metadata: entity.Metadata,
    aliases: entity.Aliases.map((alias) => ({
      mountAccessor: alias.MountAccessor,
      name: alias.Name,
      metadata: alias.Metadata,
    })),
    whole: true,
  }
}
