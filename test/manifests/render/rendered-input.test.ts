import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRepository } from '../../../src/manifests/read-repository.ts'
import { readRendered, withRendered } from '../../../src/manifests/render/rendered-input.ts'
import { externalSecret, type Files, KEY } from './render-tree.ts'

async function read(files: Files) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'eso-vault-rendered-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      writeFileSync(path.join(cwd, file), text)
    }
    const repository = await readRepository(['.'], { cwd, variables: {} })
    const input = await readRendered(['out'], repository, { cwd })
    return {
      input,
      manifests: withRendered(repository.manifests, input).filter(({ kind }) => kind === 'ExternalSecret'),
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const rendered = (namespace: string, key: string) =>
  externalSecret('db', key).replace('  name: db\n', `  name: db\n  namespace: ${namespace}\n`)

describe('finished manifests are led back to their sources', () => {
  test('same kind and name, same value: the source line; the source is not checked twice', async () => {
    const { manifests } = await read({
      'src/es.yaml': externalSecret('db', 'apps/db'),
      'out/all.yaml': rendered('shop', 'apps/db'),
    })
    expect(manifests).toHaveLength(1)
    const [manifest] = manifests
    expect(manifest).toMatchObject({ namespace: 'shop', origin: { form: 'rendered', file: 'src/es.yaml' } })
    expect(manifest?.spanOf(KEY)).toMatchObject({ file: 'src/es.yaml', line: 13 })
    // The source says no namespace: only the rendered file does.
    expect(manifest?.spanOf(['metadata', 'namespace'])).toMatchObject({ file: 'out/all.yaml', line: 5 })
  })

  test('a value that only a patch holds: the one literal in Git', async () => {
    const { manifests } = await read({
      'src/es.yaml': externalSecret('db', 'apps/base/db'),
      'src/values.yaml': '# external-secrets.io\nspec:\n  key: apps/prod/db\n',
      'out/all.yaml': rendered('shop', 'apps/prod/db'),
    })
    expect(manifests[0]?.spanOf(KEY)).toMatchObject({ file: 'src/values.yaml', line: 3 })
  })

  test('two sources of one name: the namespace decides', async () => {
    const { manifests } = await read({
      'src/a.yaml': rendered('a', 'apps/a'),
      'src/b.yaml': rendered('b', 'apps/b'),
      'out/all.yaml': rendered('b', 'apps/b'),
    })
    const [found] = manifests.filter(({ origin }) => origin.form === 'rendered')
    expect(found?.spanOf(KEY)).toMatchObject({ file: 'src/b.yaml', line: 14 })
    expect(manifests.map(({ origin }) => [origin.form, origin.file])).toEqual([
      ['plain', 'src/a.yaml'],
      ['rendered', 'src/b.yaml'],
    ])
  })

  test('no source: the rendered file', async () => {
    const { manifests } = await read({ 'out/all.yaml': rendered('shop', 'apps/db') })
    expect(manifests).toHaveLength(1)
    expect(manifests[0]?.spanOf(KEY)).toMatchObject({ file: 'out/all.yaml', line: 14 })
  })
})
