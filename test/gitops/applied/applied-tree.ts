import { type GitOpsOptions, type Repository, readRepository } from '../../../src/gitops/read-repository.ts'
import type { Applied } from '../../../src/model/applied.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { externalSecret, tree } from '../tree.ts'

export type Files = Readonly<Record<string, string>>

export interface AppliedTree extends Repository {
  /** By the file that holds it: the verdict on each ExternalSecret, with the reason's code, and the cluster behind `→`. */
  readonly verdicts: Readonly<Record<string, string>>
  /** The chain of roots that applies the objects of a file, outermost first. */
  chain(file: string): string
  /** The reason for what the file holds. */
  reason(file: string): Applied['reason']
}

/** Reads a tree without kustomize, as the reader decides it. */
export async function appliedTree(files: Files, options: Partial<GitOpsOptions> = {}): Promise<AppliedTree> {
  const repository = await readRepository(['.'], { cwd: tree(files), variables: {}, ...options })
  const judged = repository.manifests.filter(({ kind }) => /^(?:Cluster)?(?:ExternalSecret|SecretStore)$/.test(kind))
  const of = (file: string) => judged.filter(({ origin }) => origin.file === file)
  const byFile = new Map<string, string[]>()
  for (const manifest of judged) {
    const { file } = manifest.origin
    byFile.set(file, [...(byFile.get(file) ?? []), says(manifest)])
  }
  return {
    ...repository,
    verdicts: Object.fromEntries([...byFile].map(([file, all]) => [file, [...new Set(all)].sort().join(', ')])),
    chain: (file) =>
      of(file)
        .flatMap(({ origin }) => origin.appliedBy.map(chainOf))
        .join(' | '),
    reason: (file) => of(file)[0]?.origin.applied.reason,
  }
}

function says({ origin: { applied } }: Manifest): string {
  const reason = applied.reason === undefined ? '' : ` (${applied.reason.code})`
  return `${applied.verdict}${reason}${applied.cluster === undefined ? '' : ` → ${applied.cluster.name}`}`
}

function chainOf(by: Manifest['origin']['appliedBy'][number]): string {
  const own = `${by.kind} ${by.name}`
  return by.by === undefined ? own : `${chainOf(by.by)} > ${own}`
}

export const es = (name = 'db') => externalSecret(name, `kv/${name}`)

export const kustomization = (...resources: string[]) =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources.map((one) => `  - ${one}\n`).join('')}`

export const component = (...resources: string[]) =>
  `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [${resources.join(', ')}]\n`

/** A Flux Kustomization; `source` as `Kind/name`. */
export const flux = (name: string, path: string, more = '', source = 'GitRepository/flux-system') =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec:\n  path: ${path}\n  sourceRef: {kind: ${source.split('/')[0]}, name: ${source.split('/')[1]}}\n${more}`

export const source = (name: string, url: string, kind = 'GitRepository', more = '') =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: flux-system}\nspec:\n  url: ${url}\n${more}`

export const fluxInstance = (path: string, more = '', url = 'https://github.com/team/home') =>
  `apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux, namespace: flux-system}\nspec:\n  sync: {kind: GitRepository, url: "${url}", ref: refs/heads/main, path: ${path}}\n${more}`

export const application = (name: string, path: string, more = '', url = 'https://github.com/team/home') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}, namespace: argocd}\nspec:\n  destination: {server: "https://kubernetes.default.svc", namespace: ${name}}\n  source:\n    repoURL: ${url}\n    path: ${path}\n${more}`
