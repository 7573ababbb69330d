import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Kustomize } from '../../../src/gitops/build/kustomize-builds.ts'
import type { KustomizeBinary } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { type GitOpsOptions, type Repository, readRepository } from '../../../src/gitops/read-repository.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { at, type FieldPath, type Value } from '../../../src/model/value.ts'

/** Path → text; `-> target` makes a symlink. */
export type Files = Readonly<Record<string, string>>

export interface Rendering extends Repository {
  readonly texts: Files
  readonly folder: string
}

export interface TreeOptions
  extends Pick<GitOpsOptions, 'allowRemoteBases' | 'enableHelm' | 'identities' | 'memory' | 'buildAll' | 'helm'>,
    Partial<Pick<GitOpsOptions, 'variables'> & Pick<Kustomize, 'run' | 'environment'>> {}

/**
 * Writes the files into a temporary folder, reads them with the given kustomize, and removes them again. Every root is built, unless
 * `buildAll` is false: what kustomize gives is what is looked at.
 */
export async function renderTree(
  binary: KustomizeBinary | undefined,
  texts: Files,
  { run = runProcess, environment = {}, variables = {}, buildAll = true, ...options }: TreeOptions = {},
): Promise<Rendering> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-tree-'))
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-render-'))
  try {
    for (const [file, text] of Object.entries(texts)) {
      const target = path.join(folder, file)
      mkdirSync(path.dirname(target), { recursive: true })
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), target)
      else writeFileSync(target, text)
    }
    const kustomize = binary === undefined ? undefined : { binary, run, temporary, environment }
    const repository = await readRepository(['.'], {
      cwd: folder,
      variables,
      buildAll,
      ...options,
      kustomize: async () => ({ kustomize, unusable: [] }),
    })
    return { ...repository, texts, folder }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** The manifests of a kind and, when given, a name, that a root applies. */
export function manifestsOf(rendering: Repository, kind: string, name?: string): Manifest[] {
  return rendering.manifests.filter(
    (manifest) => manifest.kind === kind && (name === undefined || manifest.name === name),
  )
}

export function valueAt(manifest: Manifest, path: FieldPath): Value | undefined {
  return at(manifest.body, ...path)
}

/** `file:line`, and the text of that line trimmed: what a reader of a report would look at. */
export function written(rendering: Rendering, manifest: Manifest, path: FieldPath, part?: 'key' | 'value'): string {
  const span = manifest.spanOf(path, part)
  const text = rendering.texts[span.file]?.split('\n')[span.line - 1]
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
