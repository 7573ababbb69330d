import { describe, expect, test } from 'vitest'
import { application, appliedTree, es, type Files, kustomization } from '../applied/applied-tree.ts'

const read = (files: Files) => appliedTree(files, { identities: ['team/home'] })

const secret = (
  name: string,
  labels = '',
  more = 'stringData: {name: NAME, server: "https://10.0.0.1", config: "{}"}',
) =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: cluster-${name}, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster${labels}}}\n${more.replace('NAME', name)}\n`
const set = (path: string, generator = '{clusters: {}}') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set, namespace: argocd}\nspec:\n  generators: [${generator}]\n  template: {metadata: {name: "x-{{name}}"}, spec: {destination: {server: "{{server}}", namespace: x}, source: {repoURL: "https://github.com/team/home", path: "${path}"}}}\n`
const ROOT = { 'argocd/root.yaml': application('root', 'argocd') }
const CLUSTERS = { 'clusters/a/es.yaml': es('a'), 'clusters/b/es.yaml': es('b'), 'clusters/c/es.yaml': es('c') }

describe('clusters that Git registers (helm.md §1.5)', () => {
  test('only they are applied to, certainly; what another cluster would get is unclear, and told', async () => {
    const found = await read({
      ...ROOT,
      'argocd/a.yaml': secret('a'),
      'argocd/b.yaml': secret('b'),
      'argocd/set.yaml': set('clusters/{{name}}'),
      ...CLUSTERS,
    })
    expect(found.verdicts).toEqual({
      'clusters/a/es.yaml': 'applied → a',
      'clusters/b/es.yaml': 'applied → b',
      'clusters/c/es.yaml': 'unclear (not-followed)',
    })
    expect(found.notFollowed).toMatchObject([{ why: { code: 'generator-unknown', generators: ['clusters'] } }])
  })

  test('Secrets that another root applies, later, count too', async () => {
    const found = await read({
      ...ROOT,
      'argocd/set.yaml': set('clusters/{{name}}', '{clusters: {selector: {matchLabels: {env: prod}}}}'),
      'argocd/z.yaml': application('registrations', 'registrations'),
      'registrations/a.yaml': secret('a', ', env: prod'),
      'registrations/b.yaml': secret('b', ', env: test'),
      ...CLUSTERS,
    })
    expect(found.verdicts['clusters/a/es.yaml']).toBe('applied → a')
    expect(found.verdicts['clusters/b/es.yaml']).toBe('unclear (not-followed)')
  })

  test('an ExternalSecret that makes one, and base64', async () => {
    const made = `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: c, namespace: argocd}\nspec:\n  secretStoreRef: {name: vault}\n  target: {template: {metadata: {labels: {argocd.argoproj.io/secret-type: cluster}}, data: {name: a, server: "{{ .server }}"}}}\n  dataFrom: [{extract: {key: clusters/a}}]\n`
    const found = await read({
      ...ROOT,
      'argocd/a.yaml': made,
      'argocd/b.yaml': secret('b', '', `data: {name: ${Buffer.from('b').toString('base64')}}`),
      'argocd/set.yaml': set('clusters/{{name}}'),
      'clusters/a/es.yaml': es('a'),
      'clusters/b/es.yaml': es('b'),
    })
    expect(found.verdicts).toMatchObject({ 'clusters/a/es.yaml': 'applied → a', 'clusters/b/es.yaml': 'applied → b' })
    expect(found.notFollowed).toEqual([])
  })

  test('Secrets of another Argo CD say nothing of this one', async () => {
    const found = await read({
      'overlays/dev/kustomization.yaml': kustomization('../../sets', 'a.yaml'),
      'overlays/dev/a.yaml': secret('a'),
      'overlays/prod/kustomization.yaml': kustomization('../../sets'),
      'sets/kustomization.yaml': kustomization('set.yaml'),
      'sets/set.yaml': set('clusters/{{name}}'),
      ...CLUSTERS,
    })
    expect(found.verdicts['clusters/a/es.yaml']).toMatch(/presumed → a/)
    // Every cluster may be one of production's.
    expect(found.verdicts['clusters/c/es.yaml']).toMatch(/^presumed/)
  })

  test('beside an ApplicationSet that somebody applied by hand', async () => {
    const found = await read({ 'a.yaml': secret('a'), 'set.yaml': set('clusters/{{name}}'), ...CLUSTERS })
    expect(found.verdicts['clusters/a/es.yaml']).toBe('presumed → a')
    expect(found.verdicts['clusters/b/es.yaml']).toBe('unclear (not-followed)')
  })

  test('nothing of a Secret but its labels and name is shown', async () => {
    const found = await read({
      ...ROOT,
      'argocd/a.yaml': secret(
        'a',
        '',
        'stringData: {name: NAME, server: "https://s3cret.example", config: \'{"bearerToken": "s3cret"}\'}',
      ),
      'argocd/set.yaml': set('clusters/{{name}}/{{server}}'),
      'clusters/a/x/es.yaml': es('a'),
    })
    expect(JSON.stringify([found.notFollowed, found.notes, found.notChecked, found.verdicts])).not.toContain('s3cret')
  })
})
