import { describe, expect, test } from 'vitest'
import { clusterRelation } from '../../../src/model/cluster.ts'
import type { Files } from './applied-tree.ts'
import { application, appliedTree, es, flux, kustomization } from './applied-tree.ts'

const entry = (name: string, path: string) => `${flux('flux-system', `./clusters/${name}`)}---\n${flux('apps', path)}`
const HOME = { identities: ['team/home'] }

describe('one cluster at a time (applied.md §4.4)', () => {
  test('two entries are two clusters; one base under both is two manifests', async () => {
    const found = await appliedTree({
      'clusters/alpha/ks.yaml': entry('alpha', './apps'),
      'clusters/beta/ks.yaml': entry('beta', './apps'),
      'apps/es.yaml': es(),
    })
    expect(found.verdicts).toEqual({ 'apps/es.yaml': 'applied → clusters/alpha, applied → clusters/beta' })
    expect(found.manifests.filter(({ kind }) => kind === 'ExternalSecret')).toHaveLength(2)
  })

  test('several Argo CDs may send to one cluster, and a cluster that applies itself is nobody else', () => {
    const at = (entry: string, name: string, more = {}) => ({ id: `${entry} ${name}`, name, entry, ...more })
    const remote = { remote: true } as const
    const partly = { ...remote, partly: true, environment: 'production' } as const
    expect(clusterRelation(at('a', 'edge', remote), at('b', 'edge', remote))).toBe('perhaps')
    expect(clusterRelation(at('a', 'edge', remote), at('b', 'core', remote))).toBe('other')
    expect(clusterRelation(at('a', 'edge', remote), at('b', 'production', partly))).toBe('perhaps')
    expect(clusterRelation(at('a', 'edge', { ...remote, environment: 'staging' }), at('b', 'production', partly))).toBe(
      'other',
    )
    expect(clusterRelation(at('a', 'edge'), at('b', 'production', partly))).toBe('other')
    expect(clusterRelation(at('a', 'edge', remote), at('a', 'core', remote))).toBe('other')
  })

  const argo = (name: string, destination: string): Files => ({
    [`argocd/${name}.yaml`]: application(name, `apps/${name}`).replace(
      '{server: "https://kubernetes.default.svc", namespace',
      `{${destination}, namespace`,
    ),
    [`apps/${name}/es.yaml`]: es(name),
  })

  test('destination by name, by server; in-cluster is the cluster of what applies it', async () => {
    const found = await appliedTree(
      {
        'argocd/root.yaml': application('root', 'argocd'),
        ...argo('a', 'name: edge'),
        ...argo('b', 'server: "https://10.0.0.1:6443"'),
        ...argo('c', 'name: in-cluster'),
        ...argo('d', 'server: "https://kubernetes.default.svc"'),
      },
      HOME,
    )
    expect(found.verdicts).toEqual({
      'apps/a/es.yaml': 'applied → edge',
      'apps/b/es.yaml': 'applied → https://10.0.0.1:6443',
      'apps/c/es.yaml': 'applied → argocd',
      'apps/d/es.yaml': 'applied → argocd',
    })
  })

  test('in-cluster under two root Applications is two clusters (trap 21)', async () => {
    const found = await appliedTree(
      {
        'dev/root.yaml': application('root', 'dev'),
        'dev/db.yaml': application('db', 'apps/db'),
        'prod/root.yaml': application('root', 'prod'),
        'prod/db.yaml': application('db', 'apps/db'),
        'apps/db/es.yaml': es(),
      },
      HOME,
    )
    expect(found.verdicts).toEqual({ 'apps/db/es.yaml': 'applied → dev, applied → prod' })
  })

  test('an unknown destination goes by the segment that the set tells, else the environment, else the set', async () => {
    const set = (name: string, elements: string, path: string) =>
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  generators: [{list: {elements: ${elements}}}]\n  template:\n    metadata: {name: x}\n    spec:\n      destination: {server: "{{server}}"}\n      source: {repoURL: "https://github.com/team/home", path: "${path}"}\n`
    const found = await appliedTree(
      {
        'argocd/root.yaml': application('root', 'argocd'),
        'argocd/a.yaml': set('a', '[{env: production, cluster: kflux-p01}]', 'a/{{env}}/{{cluster}}'),
        'argocd/b.yaml': set('b', '[{}]', 'b/staging'),
        'argocd/c.yaml': set('c', '[{}]', 'c/x'),
        'a/production/kflux-p01/es.yaml': es('a'),
        'b/staging/es.yaml': es('b'),
        'c/x/es.yaml': es('c'),
      },
      HOME,
    )
    const clusters = Object.values(found.verdicts)
    expect(clusters).toEqual(['applied → kflux-p01', 'applied → staging', 'applied → argocd/c'])
    const parts = found.manifests.map(({ origin }) => origin.applied.cluster?.partly)
    expect(parts.every((partly) => partly === true)).toBe(true)
  })

  test('clusters of one entry that Git does not tell apart may be one, but not of two environments', () => {
    const cluster = (name: string, environment?: string, partly?: true) => ({
      id: `argocd ${name}`,
      name,
      entry: 'argocd',
      ...(environment === undefined ? {} : { environment }),
      ...(partly === undefined ? {} : { partly }),
    })
    const told = cluster('kflux-p01', 'production')
    expect(clusterRelation(told, cluster('production', 'production', true))).toBe('perhaps')
    expect(clusterRelation(told, cluster('set', undefined, true))).toBe('perhaps')
    expect(clusterRelation(told, cluster('staging', 'staging', true))).toBe('other')
    expect(clusterRelation(told, cluster('kflux-p02', 'production'))).toBe('other')
  })

  test('without an entry the folder below clusters/, overlays/, environments/ or envs/ is the name; the rest belongs to all', async () => {
    const found = await appliedTree({
      'clusters/alpha/es.yaml': es('alpha'),
      'clusters/beta/es.yaml': es('beta'),
      'web/base/kustomization.yaml': kustomization('es.yaml'),
      'web/base/es.yaml': es('web'),
      'web/overlays/alpha/kustomization.yaml': kustomization('../../base'),
      'web/overlays/beta/kustomization.yaml': kustomization('../../base'),
      'shared/es.yaml': es('shared'),
    })
    expect(found.verdicts).toEqual({
      'clusters/alpha/es.yaml': 'presumed → alpha',
      'clusters/beta/es.yaml': 'presumed → beta',
      'web/base/es.yaml': 'presumed → alpha, presumed → beta',
      'shared/es.yaml': 'presumed',
    })
  })

  test('one store name in two clusters, each with its own login, is two stores (trap 22)', async () => {
    const store = (mount: string) =>
      `apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv, auth: {kubernetes: {mountPath: ${mount}, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n`
    const found = await appliedTree({
      'clusters/alpha/ks.yaml': entry('alpha', './apps'),
      'clusters/alpha/store.yaml': store('k8s-alpha'),
      'clusters/beta/ks.yaml': entry('beta', './apps'),
      'clusters/beta/store.yaml': store('k8s-beta'),
      'apps/es.yaml': es(),
    })
    const stores = found.manifests.filter(({ kind }) => kind === 'ClusterSecretStore')
    expect(stores.map(({ origin }) => [origin.file, origin.applied.cluster?.name])).toEqual([
      ['clusters/alpha/store.yaml', 'clusters/alpha'],
      ['clusters/beta/store.yaml', 'clusters/beta'],
    ])
  })
})
