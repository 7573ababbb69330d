import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/gitops/process/kustomize-binary.ts'
import { type ReadRepositoryOptions, type Repository, readRepository } from '../../src/gitops/read-repository.ts'
import { type Deadline, deadlineIn } from '../../src/model/deadline.ts'
import { externalSecret, fluxKustomization, kustomization, summary, tree } from './tree.ts'

const FILES = {
  '.git/HEAD': '',
  'clusters/main/apps.yaml': fluxKustomization('apps', './apps'),
  'clusters/main/self.yaml': fluxKustomization('flux-system', './clusters/main'),
  'clusters/main/sets.yaml': fluxKustomization('sets', './sets'),
  'apps/kustomization.yaml': kustomization('resources: [../base]', 'namespace: shop'),
  'base/kustomization.yaml': kustomization('resources: [db.yaml]'),
  'base/db.yaml': externalSecret('db', 'shop/db'),
  'sets/kustomization.yaml': kustomization('resources: [set.yaml]'),
  'sets/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: teams, namespace: argocd }
spec:
  generators: [{ list: { elements: [{ team: a }, { team: b }] } }]
  template:
    spec:
      source: { repoURL: "https://git.example.com/org/repo.git", path: "teams/{{team}}" }
      destination: { namespace: team }
`,
  'teams/a/es.yaml': externalSecret('team', 'team/a'),
  'teams/b/es.yaml': externalSecret('team', 'team/b'),
}

/** Over when it was asked so often, and then for good. */
function overAfter(times: number): Deadline {
  let asked = 0
  return { over: () => ++asked > times, leftMs: () => 1_000 }
}

describe('the time for a run, while GitOps is followed', () => {
  const cwd = tree(FILES)
  const options: ReadRepositoryOptions = { cwd, variables: {}, identities: ['org/repo'] }
  const applied = ({ manifests }: Repository) =>
    manifests.flatMap((one) => (one.origin.applied.verdict === 'applied' ? [`${one.origin.file} ${one.kind}`] : []))
  const late = ({ notes, notChecked }: Repository) => [
    ...notes.flatMap((note) => (note.code === 'run-time-over' ? [note.file] : [])),
    ...notChecked.flatMap(({ what, reason }) => (reason.code === 'run-time-over' ? [what] : [])),
  ]

  test('whenever it ends, what is left is told, and nothing is applied that was not', async () => {
    const whole = await readRepository(['.'], options)
    expect(summary(whole)).toEqual(['shop/db shop/db', 'team/team team/a', 'team/team team/b'])
    expect(late(whole)).toEqual([])
    const all = new Set(applied(whole))
    const told = new Set<string>()
    let complete = false
    for (let times = 0; !complete && times < 400; times++) {
      const repository = await readRepository(['.'], { ...options, deadline: overAfter(times) })
      for (const one of applied(repository)) expect(all.has(one)).toBe(true)
      for (const one of late(repository)) told.add(one)
      complete = applied(repository).length === all.size
      if (!complete) expect(late(repository), `after ${times}`).not.toEqual([])
    }
    expect(complete).toBe(true)
    // Files before and while they are parsed, roots, and a set of Applications.
    expect([...told]).toEqual(
      expect.arrayContaining([
        ...['.', 'base/db.yaml', 'teams/b/es.yaml'],
        ...['Flux Kustomization apps', 'Flux Kustomization sets', 'ApplicationSet argocd/teams'],
      ]),
    )
  })

  test('kustomize gets what is left of it, and is not started after it', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-deadline-'))
    const build = async (deadline: Deadline) => {
      const timeouts: number[] = []
      const run: Run = async (_, __, { timeout }) => {
        timeouts.push(timeout)
        return { stdout: '', stderr: '', code: undefined, stopped: 'timeout' }
      }
      const kustomize = { binary: { command: 'k', args: [], version: 'v5' }, run, temporary, environment: {} }
      const repository = await readRepository(['.'], {
        ...options,
        buildAll: true,
        kustomize: async () => ({ kustomize, unusable: [] }),
        deadline,
      })
      return { timeouts, why: repository.notChecked.map(({ reason }) => reason.code) }
    }
    try {
      const some = await build(deadlineIn(30_000))
      expect(some.timeouts.length).toBeGreaterThan(0)
      for (const one of some.timeouts) expect(one).toBeLessThanOrEqual(30_000)
      expect(some.why).toContain('kustomize-too-slow')
      const none = await build({ over: () => false, leftMs: () => 0 })
      expect(none.timeouts).toEqual([])
    } finally {
      rmSync(temporary, { recursive: true, force: true })
    }
  })
})
