import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { searchKustomize } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { reasonText } from '../../../src/report/reasons/not-checked.ts'
import { checkTree, LAW } from './check-tree.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

let home = ''
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'eso-vault-path-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** A folder for PATH with programs that print these texts. */
function folder(name: string, programs: Readonly<Record<string, string>>): string {
  const target = path.join(home, name)
  mkdirSync(target, { recursive: true })
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(path.join(target, program), `#!/bin/sh\ncase "$*" in version*) echo '${text}';; *) exit 1;; esac\n`)
    chmodSync(path.join(target, program), 0o755)
  }
  return target
}
const old = '{Version:kustomize/v4.5.7 GitCommit:x BuildDate:2022-08-02T16:35:54Z GoOs:linux GoArch:amd64}'
const kubectl = (version: string) => `Client Version: v1.36.3\nKustomize Version: ${version}`

const patched: Files = {
  ...LAW,
  'base/kustomization.yaml': 'resources: [es.yaml]\n',
  'base/es.yaml': externalSecret('db', 'allowed/db'),
  'prod/kustomization.yaml':
    'resources: [../base]\nnamespace: shop\npatches:\n  - target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: allowed/prod}\n',
}

/** What the reader does not decide. */
const open: Files = {
  ...patched,
  'prod/kustomization.yaml':
    'resources: [../base, settings.yaml]\nnamespace: shop\nvars: [{name: ENV, objref: {apiVersion: v1, kind: ConfigMap, name: settings}, fieldref: {fieldpath: data.env}}]\nconfigurations: [v.yaml]\n',
  'prod/settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {env: prod}\n',
  'prod/v.yaml': 'varReference: [{path: spec/data/remoteRef/key, kind: ExternalSecret}]\n',
}

describe('which kustomize renders', () => {
  const found = async (searchPath: string) => (await searchKustomize(runProcess, searchPath)).binary

  test('the first kustomize 5 on PATH; relative folders of PATH are never looked into', async () => {
    const first = folder('v5', { kustomize: 'v5.4.3' })
    const second = folder('v5-too', { kustomize: 'v5.8.1' })
    expect(await found(['.', 'bin', first, second].join(path.delimiter))).toEqual({
      command: path.join(first, 'kustomize'),
      args: ['build'],
      version: 'v5.4.3',
    })
    expect(await found(path.relative(process.cwd(), first))).toBeUndefined()
  })

  test('kubectl where there is no kustomize, or an old one', async () => {
    const only = folder('kubectl', { kubectl: kubectl('v5.7.1') })
    const both = folder('both', { kustomize: old, kubectl: kubectl('v5.7.1') })
    expect(await found(only)).toMatchObject({ args: ['kustomize'], version: 'v5.7.1' })
    expect(await found(both)).toMatchObject({ command: path.join(both, 'kubectl') })
  })

  test.each([
    ['kustomize 4', { kustomize: old }, 'is v4.5.7, and 5.0.0 is the oldest that is used'],
    ['kubectl with kustomize 4', { kubectl: kubectl('v4.5.4') }, 'the kustomize of kubectl'],
    ['a program that says nothing', { kustomize: 'hello' }, 'does not say its version'],
  ])('%s is refused with a sentence, and nothing is rendered', async (name, programs, sentence) => {
    const place = folder(name.replaceAll(' ', '-'), programs)
    const { binary, unusable } = await searchKustomize(runProcess, place)
    expect(binary).toBeUndefined()
    expect(unusable.join()).toContain(sentence)
    const { report, text } = await checkTree(open, place)
    expect(report.notChecked.map(({ reason }) => reasonText(reason)).join('\n')).toContain(sentence)
    expect(text).toContain('Install kustomize 5')
    // The patched reference is not checked either way.
    expect(report.notChecked.map(({ reason }) => reasonText(reason)).join('\n')).toContain('could not be applied here')
  })

  test('nothing on PATH: the references say what they need', async () => {
    const { report } = await checkTree(open, folder('empty', {}))
    expect(report.notChecked).toMatchObject([{ reason: { code: 'patched' } }])
  })
})

const real = (process.env.PATH ?? '')
  .split(path.delimiter)
  .map((one) => path.join(one, 'kubectl'))
  .find((one) => existsSync(one))

if (real === undefined)
  process.stderr.write('\n*** SKIPPED: there is no kubectl here, so it is tested with a stand-in only. ***\n')

describe.skipIf(real === undefined)('kubectl kustomize, the real one', () => {
  test('renders and leads back to the line, as kustomize does', async () => {
    const place = path.join(home, 'real')
    mkdirSync(place)
    symlinkSync(real as string, path.join(place, 'kubectl'))
    const { binary } = await searchKustomize(runProcess, place)
    if (binary === undefined) throw new Error('the kubectl on PATH has no kustomize 5')
    const rendering = await renderTree(binary, patched)
    const [db] = manifestsOf(rendering, 'ExternalSecret')
    if (db === undefined) throw new Error('not rendered')
    expect([db.namespace, valueAt(db, KEY)]).toEqual(['shop', 'allowed/prod'])
    expect(written(rendering, db, KEY)).toBe(
      'prod/kustomization.yaml:6 - {op: replace, path: /spec/data/0/remoteRef/key, value: allowed/prod}',
    )
  })
})
