import { describe, expect, test } from 'vitest'
import type { DeclaredForm, PolicyFact } from '../../src/model/vault-state.ts'
import { otherInGit } from '../../src/setup/plan-policy.ts'
import type { Step } from '../../src/setup/step.ts'

const span = { file: 'vault/eso.hcl', line: 1, column: 1, endLine: 1, endColumn: 2 }
const WIDE = 'path "kv/data/shop/*" { capabilities = ["read"] }'
const EXACT = 'path "kv/data/shop/cart" { capabilities = ["read"] }'
const fact = (text: string, form: DeclaredForm = 'hcl', parts: Partial<PolicyFact> = {}): PolicyFact => ({
  name: 'eso',
  text,
  unknown: [],
  provenance: { from: 'git', span, form },
  ...parts,
})
const step = (parts: Partial<Step>): Step => ({
  id: 'policy eso',
  kind: 'policy',
  namespace: '',
  path: 'sys/policies/acl/eso',
  action: 'create',
  because: undefined,
  fields: [],
  rules: [],
  notes: [],
  write: undefined,
  desired: null,
  live: null,
  spans: [],
  ...parts,
})
const written = step({ write: { path: 'sys/policies/acl/eso', body: { policy: EXACT } } })

describe('a plan says where Git has another policy than the one that it writes', () => {
  test('with the file to make it the policy', () => {
    expect(otherInGit('eso', written, [fact(WIDE)])).toEqual([
      'Git has other rules for this policy (vault/eso.hcl:1), so that mode `drift` will report the difference. Write these rules into Git, or set `setup.policy.generate: { file: vault/eso.hcl }` to write that file.',
    ])
    expect(otherInGit('eso', written, [fact(WIDE, 'shell')])[0]).toMatch(/into Git\.$/)
    const there = step({ action: 'no-change', live: { text: EXACT } })
    expect(otherInGit('eso', there, [fact(WIDE)])).toHaveLength(1)
  })

  test.each([
    ['the same, written otherwise', written, [fact(`# eso\n${EXACT.replace(' {', '\n{')}`)]],
    ['another policy', written, [fact(WIDE, 'hcl', { name: 'other' })]],
    ['one of another namespace', written, [fact(WIDE, 'hcl', { vaultNamespace: 'team' })]],
    ['one that Git writes twice', written, [fact(WIDE), fact(EXACT)]],
    ['one that Git gives in part', written, [fact(WIDE, 'hcl', { unknown: ['x'] })]],
    ['one that cannot be read', written, [fact('path {')]],
    ['a step that writes nothing', step({ action: 'blocked' }), [fact(WIDE)]],
  ])('and not of %s', (_, one, declared) => {
    expect(otherInGit('eso', one, declared)).toEqual([])
  })
})
