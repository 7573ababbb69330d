import { posix } from 'node:path'
import type { Applied, AppliedReason } from '../../model/applied.ts'
import type { Span } from '../../model/span.ts'
import type { Checkout } from '../checkout.ts'
import { kustomizationFileIn } from '../look-through/kustomization-file.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { textAt } from '../placed/placed.ts'
import { templateFolder } from './charts.ts'
import { commentedLine } from './commented-line.ts'
import type { Followed } from './followed.ts'
import { declaredByUnapplied, unappliedGitOps } from './unapplied-objects.ts'

export interface LeftOver {
  /** Below the checkout. */
  readonly file: string
  readonly document: number
  /** In a file of values, which no build takes as an object. */
  readonly inValues: boolean
}

export interface VerdictInput {
  readonly checkout: Checkout
  readonly followed: Followed
  /** Files with objects that are judged: those that a root reaches, and those that none does. */
  readonly reached: ReadonlySet<string>
  readonly left: readonly LeftOver[]
  /** Folders of Components that nothing uses. */
  readonly components: readonly string[]
}

/**
 * What is said of objects that no root's output holds: "not applied" only with one of four positive reasons, else unclear
 * (applied.md §4.2).
 */
export function verdicts(input: VerdictInput): (object: LeftOver) => Applied {
  const { checkout, followed, reached, left, components } = input
  const { ground, notFollowed, reaches, openCommands, charts } = followed
  const unresolved = notFollowed.find(
    (note) => note.unresolved && !checkout.hasDeadName(checkout.below(note.span.file)),
  )
  const unappliedObjects = unappliedGitOps(followed)
  const outside = new Set(left.filter(({ file }) => !ground.covers(file)).map(({ file }) => file))
  const counted = [...outside].filter((file) => !checkout.hasDeadName(file)).length

  const leftOut = (file: string): AppliedReason | undefined => {
    const covers = ground.rootsOver(file)
    const [nearest] = covers
    if (nearest === undefined) return undefined
    // Of a root that could not even be looked through nothing tells what it takes.
    const blind = covers.find(({ outcome }) => outcome === 'unseen')
    if (blind !== undefined) return { code: 'root-failed', by: blind.by }
    if (covers.every(({ outcome }) => outcome === 'failed')) return { code: 'root-failed', by: nearest.by }
    const cover = covers.find(({ outcome }) => outcome === 'built') ?? nearest
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

  return ({ file, inValues }) => {
    const chart = templateFolder(file, charts)
    if (chart !== undefined)
      return {
        verdict: 'unclear',
        reason: {
          code: 'not-followed',
          root: `The chart ${chart || '.'}`,
          span: topOf(checkout, joinRelative(chart, 'Chart.yaml')),
        },
      }
    const reason = inValues ? undefined : leftOut(file)
    if (reason !== undefined) return { verdict: reason.code === 'root-failed' ? 'unclear' : 'not-applied', reason }
    const declared = unappliedObjects.get(file)
    if (declared !== undefined) return { verdict: 'not-applied', reason: declaredByUnapplied(checkout, declared) }
    const component = components.find((folder) => isBelow(file, folder))
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
    if (inValues && ground.covers(file)) return { verdict: 'unclear', reason: { code: 'unreached' } }
    const isOutside = (reaches || reached.size > 0) && counted <= reached.size
    return isOutside
      ? { verdict: 'not-applied', reason: { code: 'outside' } }
      : { verdict: 'unclear', reason: { code: 'unreached' } }
  }
}

export function isBelow(file: string, folder: string): boolean {
  return folder === '' || file.startsWith(`${folder}/`)
}

/** Folders of Components that no kustomization and no root names (reason C). */
export function unusedComponents(checkout: Checkout, { ground }: Pick<Followed, 'ground'>): string[] {
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

function topOf({ shown }: Checkout, file: string): Span {
  return { file: shown(file), line: 1, column: 1, endLine: 1, endColumn: 1 }
}
