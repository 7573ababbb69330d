import { describe, expect, test } from 'vitest'
import { reviewerAfter, reviewerNotes } from '../../src/setup/reviewer-notes.ts'
import type { Step } from '../../src/setup/step.ts'
import type { ReviewBinding } from '../../src/state/desired/reviewer-facts.ts'

const span = { file: 'rbac.yaml', line: 3, column: 1, endLine: 3, endColumn: 2 }
const binding = (parts: Partial<ReviewBinding> = {}): ReviewBinding => ({
  subjects: [],
  groups: [],
  name: 'review',
  span,
  ...parts,
})
const eso = { namespace: 'eso', name: 'eso' }
const notes = (parts: Partial<Parameters<typeof reviewerNotes>[0]>) =>
  reviewerNotes({ kind: 'client', chosen: true, clients: [eso], bindings: [], settled: false, ...parts })

describe('the RBAC that a reviewer needs, against what Git binds', () => {
  test.each([
    ['by name', { subjects: [eso] }],
    ['by the group of its namespace', { groups: ['system:serviceaccounts:eso'] }],
    ['by the group of all ServiceAccounts', { groups: ['system:serviceaccounts'] }],
  ])('a client that is bound %s', (_, parts) => {
    expect(notes({ bindings: [binding(parts)] })).toEqual([
      'ServiceAccount eso/eso reviews its own login and needs ClusterRole `system:auth-delegator`: Git binds it (rbac.yaml:3).',
    ])
  })

  test.each([
    ['nobody is', []],
    ['only another is', [binding({ subjects: [{ namespace: 'vault', name: 'vault' }] })]],
    ['only another namespace is', [binding({ groups: ['system:serviceaccounts:vault'] })]],
  ])('a client that is not bound, where %s: the command that does it', (_, bindings) => {
    expect(notes({ bindings })).toEqual([
      expect.stringMatching(
        /and Git does not bind it: kubectl create clusterrolebinding eso-token-review --clusterrole=system:auth-delegator --serviceaccount=eso:eso$/,
      ),
    ])
  })

  test('each client of the mount is judged by itself', () => {
    const clients = [eso, { namespace: 'apps', name: 'api' }]
    const told = notes({ clients, bindings: [binding({ subjects: [eso] })] })
    expect(told.map((note) => /Git does not bind it/.test(note))).toEqual([false, true])
  })

  test('whose token a pod or a pasted token is, Git does not tell: who is bound is named', () => {
    const bindings = [binding({ subjects: [{ namespace: 'vault', name: 'vault' }] }), binding({ groups: ['ops'] })]
    for (const kind of ['pod', 'token'] as const) {
      expect(notes({ kind, bindings })).toEqual([
        expect.stringContaining('Git binds it to vault/vault (rbac.yaml:3); ops (rbac.yaml:3)'),
      ])
      expect(notes({ kind })).toEqual([expect.stringContaining('Git binds it to nobody')])
    }
    expect(notes({ kind: 'pod', chosen: false }).join()).toContain(
      'Where Vault runs outside this cluster, set `setup.kubernetes.reviewer`.',
    )
    expect(notes({ kind: 'pod', chosen: true }).join()).not.toContain('outside')
  })

  test('of a config that stays as it is, only what is amiss is said', () => {
    const bound = [binding({ subjects: [eso] })]
    const other = [binding({ subjects: [{ namespace: 'vault', name: 'vault' }] })]
    expect(notes({ settled: true, bindings: bound })).toEqual([])
    expect(notes({ settled: true, bindings: other })).toHaveLength(1)
    // A repository that binds nobody keeps its RBAC elsewhere.
    expect(notes({ settled: true })).toEqual([])
    expect(notes({ settled: true, kind: 'pod' })).toEqual([])
    expect(notes({ kind: 'unknown' })).toEqual([])
  })
})

describe('who reviews once the plan is applied', () => {
  const step = (write: Step['write']) => ({ write }) as Step
  const present = (fact: Record<string, unknown>) => ({ presence: 'present', fact }) as const

  test.each([
    ['a token that is written', step({ path: 'p', body: {}, withReviewerToken: true }), undefined, 'token'],
    ['a client', step({ path: 'p', body: { disable_local_ca_jwt: true } }), undefined, 'client'],
    ['the pod', step({ path: 'p', body: { kubernetes_host: 'https://k' } }), undefined, 'pod'],
    ['what the server has', step(undefined), present({ token_reviewer_jwt_set: true }), 'token'],
    [
      'what the server has: client',
      step(undefined),
      present({ token_reviewer_jwt_set: false, disable_local_ca_jwt: true }),
      'client',
    ],
    ['a server that does not tell', step(undefined), present({ disable_local_ca_jwt: true }), 'unknown'],
    ['nothing seen', step(undefined), undefined, 'pod'],
  ] as const)('%s', (_, one, live, kind) => {
    expect(reviewerAfter(one, live, undefined)).toBe(kind)
  })
})
