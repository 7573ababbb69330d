import type { NotChecked } from '../model/finding.ts'
import { type Note, noteAt } from '../model/note.ts'
import type { ObstacleReason, RenderReason } from '../model/reason.ts'
import type { Span } from '../model/span.ts'
import type { Obstacle } from './look-through/obstacle.ts'

/**
 * A root, or a part of one, that was not followed. `unresolved`: it may lead to objects of this repository, so that nothing is said to
 * be "not applied" because nothing else leads to it (applied.md §4.3).
 */
export interface NotFollowed {
  /** What is not followed: `Flux Kustomization flux-system/apps`. */
  readonly title: string
  readonly span: Span
  readonly unresolved: boolean
  readonly why: RenderReason
}

const OBSTACLE_CODE: Readonly<Record<Obstacle['kind'], ObstacleReason['code']>> = {
  remote: 'needs-remote',
  helm: 'needs-helm',
  plugin: 'needs-plugin',
  outside: 'leaves-repository',
  absent: 'file-absent',
  loop: 'includes-itself',
  'too-large': 'kustomization-too-large',
  unreadable: 'kustomization-unreadable',
  stranger: 'not-a-manifest',
}

/** What the look-through found, as a reason; `file` is the shown path of the kustomization that says it. */
export function obstacleReason({ kind, reason }: Obstacle, file?: string): ObstacleReason {
  return { code: OBSTACLE_CODE[kind], says: reason, ...(file === undefined ? {} : { file }) }
}

/** What was not followed as notes, one cause once, and what of it was to be checked as "not checked". */
export function tellNotFollowed(all: readonly NotFollowed[]): {
  readonly notes: readonly Note[]
  readonly notChecked: readonly NotChecked[]
} {
  const groups = new Map<string, Note>()
  for (const one of all) {
    const note = noteOf(one)
    const key = keyOf(note)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, note)
    else if (known.code === 'root-not-rendered' && note.code === 'root-not-rendered')
      groups.set(key, { ...known, titles: [...new Set([...known.titles, ...note.titles])] })
    else if (known.code === 'part-not-rendered') groups.set(key, { ...known, others: (known.others ?? 0) + 1 })
  }
  return { notes: [...groups.values()], notChecked: all.flatMap(asNotChecked) }
}

function noteOf({ title, span, why }: NotFollowed): Note {
  switch (why.code) {
    case 'foreign-source':
      return noteAt(span, { code: 'foreign-source', title })
    case 'path-absent':
      return noteAt(span, { code: 'path-absent', title })
    default:
      if (isPart(why))
        return noteAt(
          span,
          why.code === 'file-absent' ? { code: 'rendered-without', why } : { code: 'part-not-rendered', why },
        )
      return noteAt(span, { code: 'root-not-rendered', titles: [title], why })
  }
}

/** One cause that stops several roots is one note; so is one address that several kustomizations name. */
function keyOf(note: Note): string {
  if (note.code === 'root-not-rendered') {
    const { file, line, why } = note
    return JSON.stringify('says' in why && why.code !== 'kustomize-fails' ? [why, file, line] : [why])
  }
  return JSON.stringify(note.code === 'part-not-rendered' && note.why.code === 'needs-remote' ? note.why : note)
}

function asNotChecked({ title, span: { file, line }, unresolved, why }: NotFollowed): NotChecked[] {
  if (isPart(why))
    return why.code === 'file-absent' ? [] : [{ file, line, what: `A part of ${file}, which ${why.says}`, reason: why }]
  // What is not here cannot be checked here; it is told in a note.
  return unresolved && why.code !== 'path-absent' ? [{ file, line, what: title, reason: why }] : []
}

function isPart(why: RenderReason): why is ObstacleReason {
  return 'part' in why && why.part === true
}
