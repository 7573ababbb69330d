import { describe, expect, test } from 'vitest'
import { fluxKustomization, kustomization, tree } from '../gitops/tree.ts'
import { runFixture } from '../rules/fixture.ts'

const STORES = ['kv', 'other']
  .map(
    (name) => `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: ${name}}
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: ${name}
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: eso
          serviceAccountRef: {name: eso, namespace: eso}
`,
  )
  .join('---\n')

const entry = (remoteKey: string, property?: string) =>
  `    - match: {secretKey: a, remoteRef: {remoteKey: ${remoteKey}${property === undefined ? '' : `, property: ${property}`}}}`

interface Push {
  readonly name?: string
  readonly store?: string
  readonly data?: readonly string[]
  readonly spec?: readonly string[]
  readonly metadata?: string
}

/** A PushSecret of two entries that deletes what it no longer writes. */
function push({
  name = 'api',
  store = 'kv',
  data = [entry('a/b', 'x'), entry('a/c', 'x')],
  spec = [],
  metadata = '',
}: Push) {
  return [
    'apiVersion: external-secrets.io/v1alpha1',
    'kind: PushSecret',
    `metadata: {name: ${name}, namespace: a${metadata}}`,
    'spec:',
    ...(spec.some((line) => line.includes('deletionPolicy')) ? [] : ['  deletionPolicy: Delete']),
    ...spec,
    `  secretStoreRefs: [{kind: ClusterSecretStore, name: ${store}}]`,
    '  selector: {secret: {name: source}}',
    ...(data.length === 0 ? [] : ['  data:', ...data]),
    '',
  ].join('\n')
}

function reader(key: string, property: string, target = '') {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: reader, namespace: a}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: kv}${target}
  data:
    - secretKey: a
      remoteRef: {key: ${key}, property: ${property}}
`
}

/** `severity message` of what the rule says of a change from `before` to `after`. */
async function told(before: Record<string, string>, after: Record<string, string>): Promise<string[]> {
  const then = Object.fromEntries(
    Object.entries({ 'stores.yaml': STORES, ...before }).map(([path, text]) => [`before/${path}`, text]),
  )
  const { findings } = await runFixture(tree({ 'stores.yaml': STORES, ...after, ...then }))
  return findings.flatMap(({ rule, severity, message }) => (rule === 'push-deletes' ? [`${severity} ${message}`] : []))
}

const one = [entry('a/b', 'x')]
const two = push({})
const LEFT = push({ data: one })

describe('what ESO deletes after a change', () => {
  test('is what the entries no longer name, and an error where it is read', async () => {
    expect(await told({ 'p.yaml': two }, { 'p.yaml': LEFT })).toEqual([
      expect.stringMatching(
        /^warning This change makes ESO delete `kv\/a\/c` in Vault .* removes an entry of it\. Property `x` goes, and the whole secret if nothing else is in it\./,
      ),
    ])
    const read = { 'r.yaml': reader('a/c', 'x') }
    const [found] = await told({ 'p.yaml': two, ...read }, { 'p.yaml': LEFT, ...read })
    expect(found).toMatch(/^error .*ExternalSecret a\/reader still reads it\./)
  })

  test('leaves a reader of another property alone, and the others of the secret', async () => {
    const read = { 'r.yaml': reader('a/c', 'y') }
    const [found] = await told({ 'p.yaml': two, ...read }, { 'p.yaml': LEFT, ...read })
    expect(found).toMatch(/^warning /)
    expect(found).not.toMatch(/still reads|whole secret|All versions/)
  })

  test('is no error for a reader that skips what is absent', async () => {
    const read = { 'r.yaml': reader('a/c', 'x', '\n  target: {deletionPolicy: Delete}') }
    expect(await told({ 'p.yaml': two, ...read }, { 'p.yaml': LEFT, ...read })).toEqual([
      expect.stringMatching(/^warning .*still reads it/),
    ])
  })

  test('is everything of an object that is gone, of any kind', async () => {
    expect(await told({ 'p.yaml': two }, {})).toEqual([
      expect.stringMatching(
        /^warning This change makes ESO delete 2 secrets .* removes it\. That is property `x` of `kv\/a\/b` .* and property `x` of `kv\/a\/c`/,
      ),
    ])
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {team: a}}\n'
    const many = `apiVersion: external-secrets.io/v1alpha1
kind: ClusterPushSecret
metadata: {name: all}
spec:
  namespaceSelectors: [{matchLabels: {team: a}}]
  pushSecretSpec:
    deletionPolicy: Delete
    secretStoreRefs: [{kind: ClusterSecretStore, name: kv}]
    selector: {secret: {name: source}}
    data:
      - match: {secretKey: a, remoteRef: {remoteKey: a/b}}
`
    expect(await told({ 'n.yaml': namespace, 'p.yaml': many }, { 'n.yaml': namespace })).toEqual([
      expect.stringMatching(
        /^warning This change makes ESO delete `kv\/a\/b` in Vault .*ClusterPushSecret all has .* removes it\./,
      ),
    ])
  })

  test('is everything of an object that nothing applies any more', async () => {
    const lists = (...names: string[]) => kustomization('resources:', ...names.map((name) => `  - ${name}`))
    expect(
      await told(
        { 'kustomization.yaml': lists('stores.yaml', 'p.yaml'), 'p.yaml': two },
        { 'kustomization.yaml': lists('stores.yaml'), 'p.yaml': two },
      ),
    ).toEqual([
      expect.stringMatching(/^warning .*PushSecret a\/api has `deletionPolicy: Delete`, and this change removes it\./),
    ])
  })

  test('waits for somebody where the object stays in the cluster', async () => {
    const flux = (prune: boolean) => ({
      'flux.yaml': `${fluxKustomization('apps', './apps', `prune: ${prune}`)}`,
      'apps/kustomization.yaml': kustomization('resources: [stores.yaml]'),
      'apps/stores.yaml': STORES,
    })
    const before = { 'apps/kustomization.yaml': kustomization('resources: [stores.yaml, p.yaml]'), 'apps/p.yaml': two }
    expect(await told({ ...flux(false), ...before }, flux(false))).toEqual([
      expect.stringMatching(/^note .*because Kustomization \(Flux\) apps does not prune\./),
    ])
    expect(await told({ ...flux(true), ...before }, flux(true))).toEqual([expect.stringMatching(/^warning /)])
    const kept = push({ metadata: ', annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}' })
    expect(await told({ 'p.yaml': kept }, {})).toEqual([
      expect.stringMatching(/^note .*because `kustomize\.toolkit\.fluxcd\.io\/prune` on it says so/),
    ])
    const argo = (policy: string) => ({
      'app.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps, namespace: argocd}
spec:
  source: {repoURL: https://example.com/this.git, path: apps}
  destination: {namespace: a}
  syncPolicy: ${policy}
`,
      'apps/stores.yaml': STORES,
    })
    expect(await told({ ...argo('{automated: {}}'), 'apps/p.yaml': two }, argo('{automated: {}}'))).toEqual([
      expect.stringMatching(/^note .*because Application argocd\/apps does not prune/),
    ])
    const pruned = argo('{automated: {prune: true}}')
    expect(await told({ ...pruned, 'apps/p.yaml': two }, pruned)).toEqual([expect.stringMatching(/^warning /)])
  })

  test('is what a bundle wrote, and nothing that Git does not tell', async () => {
    const bundle = ['  dataTo: [{storeRef: {kind: ClusterSecretStore, name: kv}, remoteKey: a/all}]']
    expect(await told({ 'p.yaml': push({ data: one, spec: bundle }) }, { 'p.yaml': LEFT })).toEqual([
      expect.stringMatching(/^warning This change makes ESO delete `kv\/a\/all` in Vault/),
    ])
    const each = ['  dataTo: [{storeRef: {kind: ClusterSecretStore, name: kv}}]']
    expect(await told({ 'p.yaml': push({ spec: each }) }, { 'p.yaml': push({ data: one, spec: each }) })).toEqual([])
    expect(await told({ 'p.yaml': push({ data: [entry('${NAME}')] }) }, {})).toEqual([])
    const byLabels = two.replace('name: kv}]', 'labelSelector: {matchLabels: {a: b}}}]')
    expect(await told({ 'p.yaml': two }, { 'p.yaml': byLabels })).toEqual([])
    expect(
      await told({ 'p.yaml': two }, { 'p.yaml': two.replace(/secretStoreRefs: .*/, 'secretStoreRefs: []') }),
    ).toEqual([])
  })

  test('is nothing with another source key, another policy, or where nothing was pushed', async () => {
    expect(await told({ 'p.yaml': two }, { 'p.yaml': two.replaceAll('secretKey: a', 'secretKey: b') })).toEqual([])
    const none = ['  deletionPolicy: None']
    expect(await told({ 'p.yaml': two }, { 'p.yaml': push({ store: 'other', spec: none }) })).toEqual([])
    expect(await told({ 'p.yaml': push({ spec: none }) }, {})).toEqual([])
    // Set to Delete in the change itself: ESO had noted the old store all the same.
    expect(await told({ 'p.yaml': push({ spec: none }) }, { 'p.yaml': push({ store: 'other' }) })).toHaveLength(1)
  })

  test('says what the policies and the update policy make of it', async () => {
    const role = (rules: string) => ({
      'setup.sh':
        'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n',
      'policies/eso.hcl': rules,
    })
    const write =
      'path "kv/data/*" { capabilities = ["read", "update"] }\npath "kv/metadata/*" { capabilities = ["read", "create", "update"] }\n'
    expect(await told({ 'p.yaml': two, ...role(write) }, role(write))).toEqual([
      expect.stringMatching(
        /^warning ESO may not delete 2 secrets, and this change makes it try .*The PushSecret then hangs in deletion/,
      ),
    ])
    const read = 'path "kv/data/*" { capabilities = ["read"] }\n'
    expect(await told({ 'p.yaml': two, ...role(read) }, role(read))).toEqual([])
    const missing = push({ spec: ['  updatePolicy: IfNotExists'] })
    const reads = { 'r.yaml': reader('a/b', 'x') }
    expect(await told({ 'p.yaml': missing, ...reads }, reads)).toEqual([
      expect.stringMatching(/^warning .*A secret that was there before the first push is kept\./),
    ])
  })

  test('tells when it comes back', async () => {
    const other = push({ name: 'other' })
    expect(await told({ 'p.yaml': two, 'o.yaml': other }, { 'o.yaml': other })).toEqual([
      expect.stringMatching(/PushSecret a\/other writes the same, and pushes it again only at the next refresh\.$/),
    ])
    const spelled = push({ data: [entry('kv/a/b', 'x')] })
    expect(await told({ 'p.yaml': spelled }, { 'p.yaml': LEFT })).toEqual([
      expect.stringMatching(
        /Another entry writes the same, but ESO pushes first and deletes then, so it is missing until/,
      ),
    ])
    const moved = push({ store: 'other', spec: ['  refreshInterval: "0"'] })
    const same = { 'stores.yaml': STORES.replace('path: other', 'path: kv') }
    expect(await told({ ...same, 'p.yaml': two }, { ...same, 'p.yaml': moved })).toEqual([
      expect.stringMatching(
        /ClusterSecretStore other writes the same, but ESO pushes first and deletes then, and `refreshInterval: 0` pushes it no more/,
      ),
    ])
  })
})
