import type { AppliedBy, AppliedReason } from '../../model/applied.ts'
import type { Checkout } from '../checkout.ts'
import { spanIn, textAt } from '../placed/placed.ts'
import { filesOf, type GitOpsObject, gitOpsTitle } from '../root.ts'
import { commentedLine } from './commented-line.ts'
import type { Followed } from './followed.ts'
import { ancestors } from './ground.ts'

/** Files that only a Flux Kustomization or Application leads to which is itself not applied (reason N). */
export function unappliedGitOps(
  checkout: Checkout,
  { ground, declarations, outputs, preview }: Pick<Followed, 'ground' | 'declarations' | 'outputs' | 'preview'>,
): ReadonlyMap<string, AppliedReason> {
  const applied = new Set(outputs.flatMap(({ objects }) => objects.map(({ file, document }) => `${file}#${document}`)))
  const found = new Map<string, AppliedReason>()
  let waiting = declarations.gitOps.filter(
    (object) =>
      !applied.has(`${object.file}#${object.document}`) &&
      ground.rootsOver(object.file).some(({ outcome }) => outcome === 'built'),
  )
  // What an unapplied object would build may declare further ones.
  while (waiting.length > 0) {
    const next: GitOpsObject[] = []
    for (const object of waiting) {
      const commented = commentedLine(checkout, ancestors(object.file), object.file)
      const reason: AppliedReason = {
        code: 'declared-by-unapplied',
        object: asAppliedBy(object),
        ...(commented === undefined ? {} : { commented }),
      }
      for (const root of preview(object))
        for (const file of filesOf(root)) {
          if (found.has(file)) continue
          found.set(file, reason)
          next.push(...declarations.gitOps.filter((other) => other.file === file && other !== object))
        }
    }
    waiting = next
  }
  return found
}

function asAppliedBy(object: GitOpsObject): AppliedBy {
  const kind = textAt(object.node, 'kind')
  return {
    kind:
      kind === 'Kustomization' ? 'Kustomization (Flux)' : kind === 'ApplicationSet' ? 'ApplicationSet' : 'Application',
    name: gitOpsTitle(object),
    span: spanIn(object.node, ['metadata', 'name']),
  }
}
