import { releaseKey } from './helm/render-release.ts'
import { plainValue, textAt } from './placed/placed.ts'
import type { GitOpsRoot } from './root.ts'

/** By which two roots are one: whoever leads there, what is built, and where to. */
export function rootKey({ appliedBy, folder, build, cluster, flux, namespace }: GitOpsRoot): string {
  const { kind, name, span } = appliedBy
  const built =
    build.by === 'files'
      ? build.files
      : build.by === 'helm'
        ? releaseKey(build.release)
        : 'changed' in build && build.changed
          ? build.closure.kustomization.value
          : ''
  return JSON.stringify([
    kind,
    name,
    span.file,
    span.line,
    folder,
    built,
    cluster?.id,
    flux?.postBuild,
    textAt(namespace),
  ])
}

/** By which a root is the same in two states of a repository, the files that it reads apart. */
export function rootState(root: GitOpsRoot): string {
  const { certainty, suspendedBy, nested, part, commonMetadata, build } = root
  const refusal = build.by === 'nobody' ? build.obstacle.reason : undefined
  return JSON.stringify([
    rootKey(root),
    certainty,
    suspendedBy?.name,
    nested,
    part,
    commonMetadata === undefined ? undefined : plainValue(commonMetadata),
    build.by,
    refusal,
  ])
}
