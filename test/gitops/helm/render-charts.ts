import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HelmMemory } from '../../../src/gitops/helm/run-helm.ts'
import type { KustomizeBinary, Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { type Repository, readRepository } from '../../../src/gitops/read-repository.ts'
import type { ChartValues } from '../../../src/model/chart-values.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { at, type FieldPath } from '../../../src/model/value.ts'
import type { TestHelm } from '../render/helm-binary.ts'
import { tree } from '../tree.ts'

const KEY: FieldPath = ['spec', 'data', 0, 'remoteRef', 'key']

/** Reads a repository of these files with a helm. */
export async function renderCharts(
  helm: TestHelm | undefined,
  files: Readonly<Record<string, string>>,
  options: {
    readonly run?: Run
    readonly renderHelm?: 'auto' | 'never'
    readonly servedApiVersions?: readonly string[]
    readonly chartValues?: readonly ChartValues[]
    readonly helmMemory?: HelmMemory
    /** Renders `helmCharts` too. */
    readonly kustomize?: KustomizeBinary | undefined
  } = {},
): Promise<{ readonly repository: Repository; readonly cwd: string }> {
  const cwd = tree(files)
  const temporary = mkdtempSync(join(tmpdir(), 'eso-vault-charts-'))
  try {
    const repository = await readRepository(['.'], {
      cwd,
      variables: {},
      identities: ['acme/gitops'],
      renderHelm: options.renderHelm ?? 'auto',
      servedApiVersions: options.servedApiVersions ?? [],
      chartValues: options.chartValues ?? [],
      ...(options.helmMemory === undefined ? {} : { helmMemory: options.helmMemory }),
      ...(options.kustomize === undefined || helm === undefined
        ? {}
        : {
            enableHelm: true,
            kustomize: async () => ({
              kustomize: {
                binary: options.kustomize as KustomizeBinary,
                run: runProcess,
                temporary,
                environment: { PATH: `${helm.folder}:/usr/bin:/bin`, HOME: '/nonexistent' },
              },
              unusable: [],
            }),
          }),
      ...(helm === undefined
        ? {}
        : {
            helm: async () => ({
              helm: { binary: helm.binary, run: options.run ?? runProcess, temporary },
              unusable: [],
            }),
          }),
    })
    return { repository, cwd }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** `name: value @ file:line` of a field of each manifest of a kind, and where else it comes from. */
export function fieldOf(repository: Repository, path: FieldPath = KEY, kind = 'ExternalSecret'): string[] {
  return repository.manifests
    .filter((one) => one.kind === kind)
    .map((one) => `${one.name}: ${String(at(one.body, ...path))} @ ${placesOf(one, path)}`)
    .sort()
}

function placesOf(manifest: Manifest, path: FieldPath): string {
  const span = manifest.spanOf(path)
  const related = (manifest.relatedTo?.(span) ?? []).map((one) => `${one.span.file}:${one.span.line}`)
  return [`${span.file}:${span.line}`, ...related].join(' < ')
}

export const chartYaml = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`

/** A template of an ExternalSecret; line 12 holds the key, line 13 the property. */
export const secretTemplate = (
  key: string,
  property = 'pw',
  name = '{{ .Release.Name }}',
): string => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  secretStoreRef:
    name: vault
    kind: ClusterSecretStore
  data:
    - secretKey: pw
      remoteRef:
        key: ${key}
        property: ${property}
`
