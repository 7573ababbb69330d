import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KustomizeBinary } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { readRepository } from '../../../src/gitops/read-repository.ts'
import {
  type RenderedRepository,
  type RenderOptions,
  renderRepository,
} from '../../../src/gitops/render/render-repository.ts'
import type { RenderedManifest } from '../../../src/gitops/render/rendered-manifests.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { at, type FieldPath, type Value } from '../../../src/model/value.ts'

/** Path → text; `-> target` makes a symlink. */
export type Files = Readonly<Record<string, string>>

export interface Rendering extends RenderedRepository {
  readonly files: Files
  readonly folder: string
}

/** Writes the files into a temporary folder, reads and renders them, and removes them again. */
export async function renderTree(
  binary: KustomizeBinary,
  files: Files,
  options: Partial<Pick<RenderOptions, 'allowRemoteBases' | 'enableHelm' | 'variables' | 'run' | 'environment'>> = {},
): Promise<Rendering> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-tree-'))
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-render-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      const target = path.join(folder, file)
      mkdirSync(path.dirname(target), { recursive: true })
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), target)
      else writeFileSync(target, text)
    }
    const variables = options.variables ?? {}
    const repository = await readRepository(['.'], { cwd: folder, variables })
    const rendered = await renderRepository(repository, {
      binary,
      temporary,
      run: options.run ?? runProcess,
      allowRemoteBases: options.allowRemoteBases ?? false,
      enableHelm: options.enableHelm ?? false,
      variables,
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    })
    return { ...rendered, files, folder }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** The rendered manifests of a kind and, when given, a name. */
export function manifestsOf(rendering: RenderedRepository, kind: string, name?: string): RenderedManifest[] {
  return rendering.manifests.filter(
    (manifest): manifest is RenderedManifest =>
      manifest.kind === kind && (name === undefined || manifest.name === name),
  )
}

export function valueAt(manifest: Manifest, path: FieldPath): Value | undefined {
  return at(manifest.body, ...path)
}

/** `file:line`, and the text of that line trimmed: what a reader of a report would look at. */
export function written(rendering: Rendering, manifest: Manifest, path: FieldPath, part?: 'key' | 'value'): string {
  const span = manifest.spanOf(path, part)
  const text = rendering.files[span.file]?.split('\n')[span.line - 1]
  return `${span.file}:${span.line} ${(text ?? '(no such line)').trim()}`
}

export const KEY: FieldPath = ['spec', 'data', 0, 'remoteRef', 'key']

/** An ExternalSecret with one item; `key` is on line 13. */
export function externalSecret(name: string, key: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  data:
    # which secret
    - secretKey: password
      remoteRef:
        key: ${key}
        property: password
`
}
