import { posix } from 'node:path'
import type { Applied, AppliedBy, AppliedReason } from '../../model/applied.ts'
import type { Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { spanIn, textAt } from '../placed/placed.ts'
import { filesOf, type GitOpsObject, gitOpsTitle } from '../root.ts'
import type { Followed } from './follow.ts'
import { ancestors } from './ground.ts'

export interface LeftOver {
  /** Below the checkout. */
  readonly file: string
  readonly document: number
}

export interface VerdictInput {
  readonly checkout: Checkout
  readonly followed: Followed
  /** Files with objects that are judged: those that a root reaches, and those that none does. */
  readonly reached: ReadonlySet<string>
  readonly left: readonly LeftOver[]
}

/**
 * What is said of objects that no root's output holds: "not applied" only with one of four positive reasons, else unclear
 * (applied.md §4.2).
 */
export function verdicts({ checkout, followed, reached, left }: VerdictInput): (object: LeftOver) => Applied {
  const { ground, notFollowed, reaches, openCommands } = followed
  const unresolved = notFollowed.find(
    (note) => note.unresolved && !checkout.hasDeadName(checkout.below(note.span.file)),
  )
  const unappliedObjects = unappliedGitOps(checkout, followed)
  const components = unusedComponents(checkout, followed)
  const outside = new Set(left.filter(({ file }) => !ground.covers(file)).map(({ file }) => file))
  const counted = [...outside].filter((file) => !checkout.hasDeadName(file)).length

  const leftOut = (file: string): AppliedReason | undefined => {
    const covers = ground.rootsOver(file)
    const [nearest] = covers
    if (nearest === undefined) return undefined
    if (covers.every(({ failed }) => failed)) return { code: 'root-failed', by: nearest.by }
    const cover = covers.find(({ failed }) => !failed) ?? nearest
    const commented = commentedLine(
      checkout,
      covers.map(({ folder }) => folder),
      file,
    )
    return {
      code: 'left-out',
      by: cover.by,
      folder: checkout.shown(cover.folder),
      ...(commented === undefined ? {} : { commented }),
    }
  }

  return ({ file }) => {
    const reason = leftOut(file)
    if (reason !== undefined) return { verdict: reason.code === 'root-failed' ? 'unclear' : 'not-applied', reason }
    const declared = unappliedObjects.get(file)
    if (declared !== undefined) return { verdict: 'not-applied', reason: declared }
    const component = components.find((folder) => file.startsWith(folder === '' ? '' : `${folder}/`))
    if (component !== undefined)
      return { verdict: 'not-applied', reason: { code: 'component-unused', folder: checkout.shown(component) } }
    const command = openCommands.find(({ mayMean }) => mayMean(file))
    if (command !== undefined)
      return {
        verdict: 'unclear',
        reason: { code: 'not-followed', root: `The command for ${command.text}`, span: command.span },
      }
    if (unresolved !== undefined)
      return {
        verdict: 'unclear',
        reason: { code: 'not-followed', root: unresolved.title, span: unresolved.span },
      }
    const isOutside = (reaches || reached.size > 0) && counted <= reached.size
    return isOutside
      ? { verdict: 'not-applied', reason: { code: 'outside' } }
      : { verdict: 'unclear', reason: { code: 'unreached' } }
  }
}

/** Files that only a Flux Kustomization or Application leads to which is itself not applied (reason N). */
function unappliedGitOps(
  checkout: Checkout,
  { ground, declarations, outputs, preview }: Followed,
): ReadonlyMap<string, AppliedReason> {
  const applied = new Set(outputs.flatMap(({ objects }) => objects.map(({ file, document }) => `${file}#${document}`)))
  const found = new Map<string, AppliedReason>()
  let waiting = declarations.gitOps.filter(
    (object) =>
      !applied.has(`${object.file}#${object.document}`) && ground.rootsOver(object.file).some(({ failed }) => !failed),
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

/** Folders of Components that no kustomization and no root names (reason C). */
function unusedComponents(checkout: Checkout, { ground }: Followed): string[] {
  return [...checkout.sources.keys()].flatMap((file) => {
    const folder = posix.dirname(file) === '.' ? '' : posix.dirname(file)
    if (kustomizationFileIn(checkout.tree, folder) !== file || ground.covers(folder)) return []
    const kustomization = checkout.reading.kustomization(folder)
    return textAt(kustomization, 'kind') === 'Component' && !isNamed(checkout, folder) ? [folder] : []
  })
}

function isNamed(checkout: Checkout, folder: string): boolean {
  const name = posix.basename(folder)
  return [...checkout.sources.values()].some(
    ({ relative, text }) =>
      posix.dirname(relative) !== folder &&
      /kustomization\.ya?ml$|Kustomization$/.test(relative) &&
      text.includes(name) &&
      text.split('\n').some((line) => {
        const [, entry] = /^\s*-\s*["']?([^"'\s#]+)/.exec(line) ?? []
        return (
          entry !== undefined &&
          joinRelative(posix.dirname(relative) === '.' ? '' : posix.dirname(relative), entry) === folder
        )
      }),
  )
}

/**
 * The commented line that would lead to a file: an entry of a kustomization above it, or the `path` of a Flux Kustomization that is
 * commented out as a whole (applied.md §1.4).
 */
function commentedLine(checkout: Checkout, folders: readonly string[], file: string): Span | undefined {
  const leads = (path: string) => file === path || file.startsWith(`${path}/`) || isBeside(path, file)
  for (const folder of new Set(folders)) {
    const name = kustomizationFileIn(checkout.tree, folder)
    const source = name === undefined ? undefined : checkout.sources.get(name)
    if (source === undefined) continue
    for (const [index, line] of source.text.split(/\r?\n/).entries()) {
      const [whole, entry] = /^\s*#+\s*-\s*["']?([^"'\s#]+)/.exec(line) ?? []
      if (whole === undefined || entry === undefined || entry.includes('://')) continue
      if (leads(joinRelative(folder, entry))) return spanOfLine(source.file, index, line)
    }
  }
  for (const source of checkout.sources.values()) {
    if (!source.text.includes('kustomize.toolkit.fluxcd.io') || !source.text.includes('#')) continue
    for (const [index, line] of source.text.split(/\r?\n/).entries()) {
      const [, path] = /^\s*#+\s*path:\s*["']?(?:\.?\/)?([^"'\s#]+)/.exec(line) ?? []
      if (path !== undefined && path !== '' && leads(path.replace(/\/+$/, '')))
        return spanOfLine(source.file, index, line)
    }
  }
  return undefined
}

/** `beta/ks.yaml` leads to what lies in `beta/`. */
function isBeside(path: string, file: string): boolean {
  const folder = posix.dirname(path)
  return /\.ya?ml$/.test(path) && folder !== '.' && file.startsWith(`${folder}/`)
}

function spanOfLine(file: string, index: number, line: string): Span {
  return { file, line: index + 1, column: 1, endLine: index + 1, endColumn: line.length + 1 }
}
