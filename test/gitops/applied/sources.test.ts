import { describe, expect, test } from 'vitest'
import { appliedTree, es, type Files, flux, fluxInstance, kustomization, source } from './applied-tree.ts'

const APPS = { 'apps/db/kustomization.yaml': kustomization('es.yaml'), 'apps/db/es.yaml': es() }
const verdict = async (files: Files, identities: readonly string[] = []) =>
  (await appliedTree({ ...APPS, ...files }, { identities })).verdicts['apps/db/es.yaml']

describe('is the source this repository? (applied.md §1.2)', () => {
  test.each([
    'https://github.com/team/home',
    ' https://github.com/team/home.git/ ',
    'ssh://git@github.com:22/team/home.git',
    'git@github.com:team/home.git',
    'https://user:token@github.com/Team/Home',
    'http://forgejo.lan:3000/team/home',
    'https://gitlab.example.com/team/home',
  ])('rule 1: %s is team/home', async (url) => {
    const files = {
      'flux/ks.yaml': `${source('home', `"${url}"`)}---\n${flux('db', './apps/db', '', 'GitRepository/home')}`,
    }
    expect(await verdict(files, ['team/home'])).toBe('presumed')
    expect((await appliedTree({ ...APPS, ...files }, { identities: ['team/home'] })).chain('apps/db/es.yaml')).toBe(
      'Kustomization (Flux) flux-system/db',
    )
  })

  test('rule 1: of groups within groups the whole path counts where both have it', async () => {
    const files = {
      'flux/ks.yaml': `${source('home', 'https://gitlab.com/org/other/home')}---\n${flux('db', './apps/db', '  targetNamespace: n\n', 'GitRepository/home')}`,
    }
    const applies = async (identity: string) =>
      (await appliedTree({ ...APPS, ...files }, { identities: [identity] })).chain('apps/db/es.yaml')
    expect(await applies('https://gitlab.com/org/team/home')).not.toContain('Flux')
    expect(await applies('https://gitlab.com/org/other/home')).toContain('Flux')
  })

  test('rule 2: another address is foreign, whatever its path (trap 6)', async () => {
    const files = {
      'flux/ks.yaml': `${source('other', 'https://github.com/vendor/samples')}---\n${flux('db', './apps/db', '  targetNamespace: n\n', 'GitRepository/other')}`,
    }
    const found = await appliedTree({ ...APPS, ...files }, { identities: ['team/home'] })
    // No root leads to anything here: what is there is presumed as it is (step 5).
    expect(found.chain('apps/db/es.yaml')).toBe('kustomization apps/db')
    expect(found.manifests.map(({ namespace }) => namespace)).toEqual([undefined])
    expect(found.notFollowed).toMatchObject([{ unresolved: false, why: { code: 'foreign-source' } }])
  })

  const many = (url: string, names: readonly string[]): Files => ({
    'flux/source.yaml': source('flux-system', url),
    ...Object.fromEntries(names.map((name) => [`flux/${name}.yaml`, flux(name, `./apps/${name}`)])),
    ...Object.fromEntries(names.map((name) => [`apps/${name}/es.yaml`, es(name)])),
  })

  test('rule 2: a fork: no source names an identity, and three paths of the usual address exist (trap 24)', async () => {
    const three = await appliedTree(many('https://github.com/upstream/home', ['a', 'b', 'c']), {
      identities: ['fork/home-ops'],
    })
    expect(three.chain('apps/a/es.yaml')).toBe('Kustomization (Flux) flux-system/a')
    const two = await appliedTree(many('https://github.com/upstream/home', ['a', 'b']), {
      identities: ['fork/home-ops'],
    })
    expect(two.chain('apps/a/es.yaml')).toBe('')
  })

  test('rule 2: three quarters of the paths must exist', async () => {
    const files = many('https://github.com/upstream/home', ['a', 'b', 'c'])
    const gone = Object.fromEntries(['x', 'y'].map((name) => [`flux/${name}.yaml`, flux(name, `./gone/${name}`)]))
    const found = await appliedTree({ ...files, ...gone }, { identities: ['fork/home-ops'] })
    expect(found.chain('apps/a/es.yaml')).toBe('')
  })

  test('rule 2: the remotes of the checkout are identities, and a source that names one rules the others out', async () => {
    const config =
      '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:team/home.git\n[remote "upstream"]\n\turl = https://github.com/up/home\n'
    const files = {
      '.git/config': config,
      '.git/HEAD': 'ref: refs/heads/main\n',
      'flux/source.yaml': `${source('home', 'https://github.com/team/home')}---\n${source('many', 'https://github.com/vendor/many')}`,
      'flux/db.yaml': flux('db', './apps/db', '', 'GitRepository/home'),
      ...Object.fromEntries(
        ['a', 'b', 'c', 'd'].map((name) => [
          `flux/${name}.yaml`,
          flux(name, `./apps/${name}`, '', 'GitRepository/many'),
        ]),
      ),
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`apps/${name}/es.yaml`, es(name)])),
    }
    const found = await appliedTree({ ...APPS, ...files })
    expect(found.verdicts['apps/db/es.yaml']).toBe('presumed')
    // Foreign roots place nothing; what lies there is outside.
    expect(found.verdicts['apps/a/es.yaml']).toMatch(/^(?:not-applied|unclear)/)
  })

  test('rule 2: without any identity one path is enough; `./` alone proves nothing', async () => {
    const ks = (path: string) => ({
      'flux/ks.yaml': `${source('home', 'https://github.com/team/home')}---\n${flux('db', path, '  targetNamespace: n\n', 'GitRepository/home')}`,
    })
    const one = await appliedTree({ ...APPS, ...ks('./apps/db') })
    expect(one.chain('apps/db/es.yaml')).toBe('Kustomization (Flux) flux-system/db')
    const top = await appliedTree({ ...APPS, ...ks('./') })
    expect(top.chain('apps/db/es.yaml')).toBe('kustomization apps/db')
  })

  test('rule 3: a source that no object declares is this repository if it is flux-system, or named often', async () => {
    const named = (name: string) => ({
      'flux/a.yaml': flux('a', './apps/a', '', `GitRepository/${name}`),
      'apps/a/es.yaml': es('a'),
    })
    const usual = many('https://github.com/team/home', ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
    const alone = await appliedTree(named('home'))
    expect(alone.chain('apps/a/es.yaml')).toBe('Kustomization (Flux) flux-system/a')
    const rare = await appliedTree({ ...usual, ...named('rare') })
    expect(rare.chain('apps/a/es.yaml')).toBe('')
    const flux1 = await appliedTree({ ...named('flux-system') }, { identities: ['team/home'] })
    expect(flux1.chain('apps/a/es.yaml')).toBe('Kustomization (Flux) flux-system/a')
  })

  test('rule 4: a sourceRef that a parent gives, or none', async () => {
    const bare = flux('db', './apps/db').replace(/ {2}sourceRef.*\n/, '')
    expect(await verdict({ 'flux/ks.yaml': bare }, ['team/home'])).toBe('presumed')
    const foreign = await appliedTree(
      {
        ...APPS,
        'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${flux(
          'apps',
          './children',
          '  patches:\n    - target: {kind: Kustomization}\n      patch: |\n        - {op: add, path: /spec/sourceRef, value: {kind: GitRepository, name: vendor}}\n',
        )}`,
        'clusters/prod/vendor.yaml': source('vendor', 'https://github.com/vendor/x'),
        'children/kustomization.yaml': kustomization('ks.yaml'),
        'children/ks.yaml': bare,
      },
      { identities: ['team/home'] },
    )
    expect(foreign.chain('apps/db/es.yaml')).toBe('kustomization apps/db')
  })

  test.each(['https://github.com/${OWNER}/home', '<GITOPS_REPO_URL>', 'https://{{ .host }}/x/y'])(
    'rule 5: a placeholder as address (%s): this repository, presumed',
    async (url) => {
      const files = {
        'clusters/prod/ks.yaml': `${flux('flux-system', './clusters/prod')}---\n${source('home', `"${url}"`)}---\n${flux('db', './apps/db', '', 'GitRepository/home')}`,
      }
      expect(await verdict(files, ['team/home'])).toBe('presumed → clusters/prod')
    },
  )

  const artifact = (path: string, url = 'oci://ghcr.io/vendor/chart', more: Files = {}) => ({
    'flux/ks.yaml': `${source('sync', url, 'OCIRepository')}---\n${flux('db', path, '  targetNamespace: n\n', 'OCIRepository/sync')}`,
    ...more,
  })
  const chain = async (files: Files) =>
    (await appliedTree({ ...APPS, ...files }, { identities: ['team/home'] })).chain('apps/db/es.yaml')

  test('rule 6: an artifact is foreign, and its `./` is not the root of this repository (trap 3)', async () => {
    const found = await appliedTree(
      {
        ...APPS,
        'apps/db/tenant.yaml': flux('tenant', './', '  targetNamespace: n\n', 'OCIRepository/tenant'),
        'other/es.yaml': es('x'),
      },
      { identities: ['team/home'] },
    )
    expect(found.notFollowed).toMatchObject([{ unresolved: false, why: { code: 'foreign-source' } }])
    expect(found.chain('other/es.yaml')).toBe('')
    expect(found.manifests.every(({ namespace }) => namespace === undefined)).toBe(true)
  })

  test('rule 6: --path of flux push artifact (trap 4)', async () => {
    const push = 'flux push artifact oci://ghcr.io/team/sync:$TAG --path=apps --source=x --revision=y\n'
    expect(await chain(artifact('./db', 'oci://ghcr.io/team/sync', { 'push.sh': push }))).toContain('Flux')
    expect(
      await chain(artifact('./', 'oci://ghcr.io/team/sync', { 'push.sh': push.replace('=apps', '=apps/db') })),
    ).toContain('Flux')
  })

  test('rule 6: the one folder below which the paths exist', async () => {
    expect(await chain(artifact('./db'))).toContain('Flux')
    expect(await chain(artifact('./apps/db'))).toContain('Flux')
    // Two folders do as well: neither.
    expect(
      await chain(
        artifact('./db', undefined, {
          'copies/db/kustomization.yaml': kustomization('es.yaml'),
          'copies/db/es.yaml': es(),
        }),
      ),
    ).not.toContain('Flux')
  })

  test('rule 6: ours by its name, and nothing says from which folder it is packed: unresolved', async () => {
    const found = await appliedTree(
      { ...APPS, ...artifact('./', 'oci://ghcr.io/team/home/manifests') },
      { identities: ['team/home'] },
    )
    expect(found.notFollowed).toMatchObject([
      { unresolved: true, why: { code: 'artifact', source: 'OCIRepository sync' } },
    ])
    expect(found.verdicts['apps/db/es.yaml']).toBe('presumed')
  })

  test('rule 6: what the FluxInstance syncs from is this repository', async () => {
    const instance = fluxInstance('./', '', 'oci://ghcr.io/team/sync').replace(
      'kind: GitRepository',
      'kind: OCIRepository',
    )
    const found = await appliedTree({ ...APPS, 'flux/instance.yaml': instance }, { identities: ['team/home'] })
    expect(found.notFollowed).toMatchObject([
      { title: 'FluxInstance flux-system/flux-system', unresolved: true, why: { code: 'artifact' } },
    ])
  })
})
