import { ancestors } from '../../files/ancestors.ts'
import type { AppliedBy, AppliedReason } from '../../model/applied.ts'
import type { Checkout } from '../checkout.ts'
import { spanIn, textAt } from '../placed/placed.ts'
import { type GitOpsObject, gitOpsTitle } from '../root.ts'
import { commentedLine } from './commented-line.ts'
import type { Followed } from './followed.ts'

/** Files that only a Flux Kustomization or Application leads to which is itself not applied (reason N), with that. */
export function unappliedGitOps({
  ground,
  declarations,
  isFollowed,
  reach,
}: Pick<Followed, 'ground' | 'declarations' | 'isFollowed' | 'reach'>): ReadonlyMap<string, GitOpsObject> {
  const found = new Map<string, GitOpsObject>()
  const byFile = Map.groupBy(declarations.gitOps, ({ file }) => file)
  let waiting = declarations.gitOps.filter(
    (object) => !isFollowed(object) && ground.rootsOver(object.file).some(({ outcome }) => outcome === 'built'),
  )
  // What an unapplied object would build may declare further ones.
  while (waiting.length > 0) {
    const next: GitOpsObject[] = []
    for (const object of waiting)
      for (const file of reach(object)) {
        if (found.has(file)) continue
        found.set(file, object)
        next.push(...(byFile.get(file) ?? []).filter((other) => other !== object))
      }
    waiting = next
  }
  return found
}

/** That an object leads to something, and is itself not applied. */
export function declaredByUnapplied(checkout: Checkout, object: GitOpsObject): AppliedReason {
  const commented = commentedLine(checkout, ancestors(object.file), object.file)
  return {
    code: 'declared-by-unapplied',
    object: asAppliedBy(object),
    ...(commented === undefined ? {} : { commented }),
  }
}

function asAppliedBy(object: GitOpsObject): AppliedBy {
  const kind = textAt(object.node, 'kind')
  return {
    kind:
      kind === 'Kustomization'
        ? 'Kustomization (Flux)'
        : kind === 'ApplicationSet' || kind === 'HelmRelease'
          ? kind
          : 'Application',
    name: gitOpsTitle(object),
    span: spanIn(object.node, ['metadata', 'name']),
  }
}
