import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { type Repository, readRepository } from '../../src/gitops/read-repository.ts'
import type { Manifest } from '../../src/model/manifest.ts'

const made: string[] = []
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Writes files into a new temporary folder and gives its path. */
export function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'eso-vault-')))
  made.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

export function read(
  files: Readonly<Record<string, string | Uint8Array>>,
  variables: Readonly<Record<string, string>> = {},
): Promise<Repository> {
  const cwd = tree(files)
  return readRepository(['.'], { cwd, variables })
}

/** An ExternalSecret that reads `key`. */
export function externalSecret(name: string, key: string, namespace?: string): string {
  return [
    'apiVersion: external-secrets.io/v1',
    'kind: ExternalSecret',
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'spec:',
    '  secretStoreRef: {kind: ClusterSecretStore, name: vault}',
    '  data:',
    '    - secretKey: a',
    '      remoteRef:',
    `        key: ${key}`,
    '',
  ].join('\n')
}

export function kustomization(...lines: string[]): string {
  return ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', ...lines, ''].join('\n')
}

export function fluxKustomization(name: string, path: string, ...spec: string[]): string {
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: {name: ${name}}`,
    'spec:',
    `  path: ${path}`,
    '  sourceRef: {kind: GitRepository, name: flux-system}',
    ...spec.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** `namespace/name key` of the manifests of a kind, sorted. */
export function summary(repository: Repository, kind = 'ExternalSecret'): string[] {
  return repository.manifests
    .filter((manifest) => manifest.kind === kind)
    .map((manifest) => `${manifest.namespace ?? '?'}/${manifest.name} ${keyOf(manifest)}`.trimEnd())
    .sort()
}

export function keyOf(manifest: Manifest): string {
  const spec = manifest.body.spec as { data?: { remoteRef?: { key?: unknown } }[] } | undefined
  return String(spec?.data?.[0]?.remoteRef?.key ?? '')
}

export function only(repository: Repository, kind = 'ExternalSecret'): Manifest {
  const found = repository.manifests.filter((manifest) => manifest.kind === kind)
  if (found.length !== 1) throw new Error(`expected one ${kind}, found ${found.length}`)
  return found[0] as Manifest
}
