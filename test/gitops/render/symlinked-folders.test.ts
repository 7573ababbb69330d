import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { readRepository } from '../../../src/gitops/read-repository.ts'
import { externalSecret, kustomization, summary, tree } from '../tree.ts'
import { kustomizeForTests } from './kustomize-binary.ts'

const binary = await kustomizeForTests()

const FILES = {
  '.git/HEAD': '',
  'clusters/one/kustomization.yaml': kustomization('resources: [app]', 'components: [part]', 'namespace: one'),
  'shared/app/kustomization.yaml': kustomization('resources: [../common/db.yaml, ../base]'),
  'shared/common/db.yaml': externalSecret('db', 'shared/db'),
  'shared/base/kustomization.yaml': kustomization('resources: [es.yaml]'),
  'shared/base/es.yaml': externalSecret('base', 'shared/base'),
  'shared/part/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{ path: ../common/patch.yaml, target: { name: db } }]\n`,
  'shared/common/patch.yaml': '- { op: replace, path: /spec/data/0/remoteRef/key, value: shared/patched }\n',
  // What the paths would mean beside the links.
  'clusters/one/common/db.yaml': externalSecret('db', 'beside/db'),
  'clusters/one/common/patch.yaml': '- { op: replace, path: /spec/data/0/remoteRef/key, value: beside/patched }\n',
  'clusters/one/base/kustomization.yaml': kustomization('resources: [es.yaml]'),
  'clusters/one/base/es.yaml': externalSecret('base', 'beside/base'),
}

function linkedTree(): string {
  const folder = tree(FILES)
  for (const [link, target] of [
    ['clusters/one/app', '../../shared/app'],
    ['clusters/one/part', '../../shared/part'],
  ] as const) {
    mkdirSync(dirname(join(folder, link)), { recursive: true })
    symlinkSync(target, join(folder, link))
  }
  return folder
}

test('what a symlinked folder names lies beside the folder, not beside the link', async () => {
  const cwd = linkedTree()
  const repository = await readRepository(['.'], { cwd, variables: {} })
  const ofCluster = { ...repository, manifests: repository.manifests.filter(({ namespace }) => namespace === 'one') }
  expect(summary(ofCluster)).toEqual(['one/base shared/base', 'one/db shared/patched'])
})

test.runIf(binary !== undefined)('as kustomize says', async () => {
  const { command, args } = binary as NonNullable<typeof binary>
  const options = { cwd: '/', timeout: 60_000, maxBuffer: 1e6, env: { HOME: '/nonexistent', PATH: '' } }
  const restricted = ['--load-restrictor', 'LoadRestrictionsNone']
  const { stdout } = await runProcess(command, [...args, ...restricted, join(linkedTree(), 'clusters/one')], options)
  expect([...stdout.matchAll(/key: (\S+)/g)].map(([, key]) => key).sort()).toEqual(['shared/base', 'shared/patched'])
})
