import { describe, expect, it } from 'vitest'
import { externalSecret, fluxKustomization, keyOf, kustomization, only, read, summary } from '../tree.ts'

const es = externalSecret('db', 'kv/${ENV}/db')

describe('postBuild (platform.md §3.2)', () => {
  it('resolves substitute; targetNamespace wins over every other namespace', async () => {
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'targetNamespace: apps', 'postBuild: {substitute: {ENV: prod}}'),
      'app/kustomization.yaml': kustomization('namespace: inner', 'resources: [es.yaml]'),
      'app/es.yaml': es,
    })
    expect(summary(repository)).toEqual(['apps/db kv/prod/db'])
    const manifest = only(repository)
    expect(manifest.unresolved).toEqual([])
    expect(manifest.spanOf(['spec', 'data', 0, 'remoteRef', 'key'])).toMatchObject({
      file: 'app/es.yaml',
      line: 10,
      column: 14,
    })
    expect(manifest.origin.appliedBy).toEqual([
      { kind: 'Kustomization (Flux)', name: 'app', span: expect.objectContaining({ file: 'ks.yaml', line: 3 }) },
    ])
  })

  const configMap = (name: string, ...data: string[]) =>
    [
      'apiVersion: v1',
      'kind: ConfigMap',
      `metadata: {name: ${name}}`,
      'data:',
      ...data.map((line) => `  ${line}`),
      '',
    ].join('\n')
  const from = (kind: string, name: string) => `postBuild: {substituteFrom: [{kind: ${kind}, name: ${name}}]}`
  const cases: [string, string, Record<string, string>, Record<string, string>, string, object[]][] = [
    [
      'a ConfigMap in Git',
      from('ConfigMap', 'vars'),
      { 'vars.yaml': configMap('vars', 'ENV: prod') },
      {},
      'kv/prod/db',
      [],
    ],
    [
      'a generated ConfigMap',
      from('ConfigMap', 'vars'),
      { 'gen/kustomization.yaml': kustomization('configMapGenerator: [{name: vars, literals: ["ENV=prod"]}]') },
      {},
      'kv/prod/db',
      [],
    ],
    [
      'a ConfigMap generated of an env file, which no search would read',
      from('ConfigMap', 'vars'),
      {
        'gen/kustomization.yaml': kustomization('configMapGenerator: [{name: vars, envs: [cluster.env]}]'),
        'gen/cluster.env': '# of the cluster\nENV=prod\n',
      },
      {},
      'kv/prod/db',
      [],
    ],
    [
      'a ConfigMap generated of files',
      from('ConfigMap', 'vars'),
      {
        'gen/kustomization.yaml': kustomization('configMapGenerator: [{name: vars, files: [ENV=env.txt, other.txt]}]'),
        'gen/env.txt': 'prod\n',
        'gen/other.txt': 'x',
      },
      {},
      'kv/prod/db',
      [],
    ],
    [
      'a generator whose env file lies outside of the repository',
      from('ConfigMap', 'vars'),
      {
        'gen/kustomization.yaml': kustomization(
          'configMapGenerator: [{name: vars, envs: [../../../../etc/environment]}]',
        ),
      },
      {},
      'kv/${ENV}/db',
      [{ name: 'ENV', flux: 'app', postBuild: true, notInGit: ['ConfigMap vars'] }],
    ],
    [
      'the nearest of several ConfigMaps',
      from('ConfigMap', 'vars'),
      { 'vars.yaml': configMap('vars', 'ENV: prod'), 'other/vars.yaml': configMap('vars', 'ENV: other') },
      {},
      'kv/prod/db',
      [],
    ],
    [
      'ConfigMaps that disagree tell nothing',
      from('ConfigMap', 'vars'),
      { 'a/vars.yaml': configMap('vars', 'ENV: prod'), 'b/vars.yaml': configMap('vars', 'ENV: other') },
      {},
      'kv/${ENV}/db',
      [{ name: 'ENV', flux: 'app', postBuild: true, notInGit: [] }],
    ],
    [
      'a Secret is not in Git',
      from('Secret', 'cluster-secrets'),
      {},
      {},
      'kv/${ENV}/db',
      [{ name: 'ENV', flux: 'app', postBuild: true, notInGit: ['Secret cluster-secrets'] }],
    ],
    ['the variables input stands for it', from('Secret', 'cluster-secrets'), {}, { ENV: 'prod' }, 'kv/prod/db', []],
    ['Git wins over the variables input', 'postBuild: {substitute: {ENV: git}}', {}, { ENV: 'input' }, 'kv/git/db', []],
    [
      'no postBuild',
      'prune: true',
      {},
      {},
      'kv/${ENV}/db',
      [{ name: 'ENV', flux: 'app', postBuild: false, notInGit: [] }],
    ],
    [
      'a variable that Git does not set',
      'postBuild: {substitute: {OTHER: x}}',
      {},
      {},
      'kv/${ENV}/db',
      [{ name: 'ENV', flux: 'app', postBuild: true, notInGit: [] }],
    ],
  ]
  it.each(cases)('%s', async (_, spec, files, variables, key, unresolved) => {
    const repository = await read(
      { 'ks.yaml': fluxKustomization('app', './app', spec), 'app/es.yaml': es, ...files },
      variables,
    )
    const manifest = only(repository)
    expect(keyOf(manifest)).toBe(key)
    expect(manifest.unresolved.map(({ name, lookedIn }) => ({ name, ...lookedIn }))).toEqual(unresolved)
    for (const { path, span } of manifest.unresolved) {
      expect(path).toEqual(['spec', 'data', 0, 'remoteRef', 'key'])
      expect(span).toMatchObject({ file: 'app/es.yaml', line: 10 })
    }
  })

  it('never uses the values of a Secret, even one that lies in Git', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {ENV: hunter2}\n'
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', from('Secret', 's')),
      'app/es.yaml': es,
      's.yaml': secret,
    })
    expect(keyOf(only(repository))).toBe('kv/${ENV}/db')
    expect(only(repository, 'Secret').body.stringData).toEqual({ ENV: null })
    expect(JSON.stringify(repository.manifests)).not.toContain('hunter2')
  })

  it('leaves objects alone that opt out', async () => {
    const opted = es.replace(
      '  name: db',
      '  name: db\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}',
    )
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'postBuild: {substitute: {ENV: prod}}'),
      'app/es.yaml': opted,
    })
    expect(keyOf(only(repository))).toBe('kv/${ENV}/db')
    expect(only(repository).unresolved).toEqual([])
  })

  it('an unresolved namespace is an unknown namespace', async () => {
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'postBuild: {substitute: {X: y}}'),
      'app/es.yaml': externalSecret('db', 'kv/db', '${NS}'),
    })
    expect(only(repository).namespace).toBeUndefined()
  })
})

describe('paths and trees', () => {
  it('makes the kustomization that Flux makes where there is none', async () => {
    const repository = await read({
      'ks.yaml': fluxKustomization('apps', './apps', 'targetNamespace: n'),
      'apps/one/es.yaml': externalSecret('one', 'kv/one'),
      'apps/two/kustomization.yaml': kustomization('resources: [listed.yaml]'),
      'apps/two/listed.yaml': externalSecret('listed', 'kv/listed'),
      'apps/two/deep/unlisted.yaml': externalSecret('unlisted', 'kv/unlisted'),
    })
    expect(summary(repository)).toEqual(['?/unlisted kv/unlisted', 'n/listed kv/listed', 'n/one kv/one'])
  })

  it('one file applied by several Kustomizations gives each outcome', async () => {
    const repository = await read({
      'a.yaml': fluxKustomization('a', './app', 'targetNamespace: a', 'postBuild: {substitute: {ENV: prod}}'),
      'b.yaml': fluxKustomization('b', './app', 'targetNamespace: b', 'postBuild: {substitute: {ENV: test}}'),
      'app/es.yaml': es,
    })
    expect(summary(repository)).toEqual(['a/db kv/prod/db', 'b/db kv/test/db'])
  })

  it("hands a parent's patches and variables to its children (the home-ops layout)", async () => {
    const parent = fluxKustomization(
      'cluster-apps',
      './apps',
      'postBuild: {substitute: {CLUSTER: home}}',
      'patches:',
      '  - target: {group: kustomize.toolkit.fluxcd.io, kind: Kustomization, labelSelector: substitution/disabled notin (true)}',
      '    patch: |-',
      '      apiVersion: kustomize.toolkit.fluxcd.io/v1',
      '      kind: Kustomization',
      '      metadata: {name: all}',
      '      spec:',
      '        postBuild: {substitute: {ENV: prod}}',
    )
    const repository = await read({
      'flux.yaml': parent,
      'apps/kustomization.yaml': kustomization('namespace: team', 'resources: [ks.yaml]'),
      'apps/ks.yaml': fluxKustomization('app', './workloads/${CLUSTER}', 'targetNamespace: apps'),
      'workloads/home/es.yaml': es,
    })
    expect(summary(repository)).toEqual(['apps/db kv/prod/db'])
    expect(only(repository).origin.appliedBy.map(({ name }) => name)).toEqual(['team/app'])
  })

  it('adds spec.components, and patches what spec.patches select', async () => {
    const repository = await read({
      'ks.yaml': fluxKustomization(
        'app',
        './app',
        'components: [../component]',
        'patches:',
        '  - target: {kind: ExternalSecret, name: db}',
        '    patch: |-',
        '      - op: replace',
        '        path: /spec/refreshInterval',
        '        value: 1h',
      ),
      'app/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'app/es.yaml': externalSecret('db', 'kv/db'),
      'component/kustomization.yaml': 'kind: Component\nresources: [extra.yaml]\n',
      'component/extra.yaml': externalSecret('extra', 'kv/extra'),
    })
    expect(summary(repository)).toEqual(['?/db kv/db', '?/extra kv/extra'])
    // The reader applies them: the value is there, at the line of the patch, and nothing is left open.
    const patched = repository.manifests.find(({ name }) => name === 'db')
    expect(patched?.body.spec).toMatchObject({ refreshInterval: '1h' })
    expect(patched?.spanOf(['spec', 'refreshInterval'])).toMatchObject({ file: 'ks.yaml', line: 13 })
    expect(repository.manifests.flatMap((one) => one.patched)).toEqual([])
  })

  it('prefers what Flux applies over overlays that nothing names (an unapplied backup overlay)', async () => {
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'postBuild: {substitute: {ENV: prod}}'),
      'app/kustomization.yaml': kustomization('resources: [es.yaml]'),
      'app/es.yaml': es,
      'app/overlays/backup/kustomization.yaml': kustomization('resources: [../../, more.yaml]'),
      'app/overlays/backup/more.yaml': externalSecret('more', 'kv/more'),
    })
    expect(summary(repository)).toEqual(['?/db kv/prod/db', '?/more kv/more'])
  })

  it('finds paths below a folder that is a repository of its own, and when only a sub-folder is given', async () => {
    const files = {
      'examples/one/flux/ks.yaml': fluxKustomization('app', './k/app', 'targetNamespace: one'),
      'examples/one/k/app/es.yaml': externalSecret('db', 'kv/db'),
    }
    expect(summary(await read(files))).toEqual(['one/db kv/db'])
  })

  it("says which path does not exist, and takes no other repository's root for this one", async () => {
    const remote = fluxKustomization('remote', './').replace('name: flux-system', 'name: other-repository')
    const repository = await read({
      'ks.yaml': fluxKustomization('app', './app', 'targetNamespace: n'),
      'remote.yaml': remote,
      'typo.yaml': fluxKustomization('typo', './nope'),
      'app/es.yaml': externalSecret('db', 'kv/db'),
    })
    expect(summary(repository)).toEqual(['n/db kv/db'])
    expect(repository.notes.map(({ code, file }) => `${code} ${file}`).sort()).toEqual([
      'foreign-source remote.yaml',
      'path-absent typo.yaml',
    ])
  })

  it('survives Kustomizations that apply themselves or each other', async () => {
    const repository = await read({
      'a/ks.yaml': `${fluxKustomization('self', './a', 'targetNamespace: n')}---\n${fluxKustomization('b', './b')}`,
      'b/ks.yaml': fluxKustomization('a', './a'),
      'a/es.yaml': externalSecret('db', 'kv/db'),
    })
    expect(summary(repository).length).toBeGreaterThan(0)
  })
})
