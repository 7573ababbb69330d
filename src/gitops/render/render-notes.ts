import type { NotChecked } from '../../model/finding.ts'
import { type Note, noteAt } from '../../model/note.ts'
import { isObstacle, type RenderReason } from '../../model/reason.ts'
import type { RenderRoot } from './render-root.ts'

/** A root that kustomize did not build. */
export function failureNote(root: RenderRoot, why: RenderReason): Note {
  const { kind, name, span } = root.appliedBy
  const title = kind === 'kustomization' ? `The kustomization ${name}` : `${kind} ${name} (${root.folder || '.'})`
  return noteAt(span, { code: 'root-not-rendered', titles: [title], why })
}

/** One cause that keeps several roots from being rendered is one note. */
export function groupRefusals(notes: readonly Note[]): Note[] {
  const groups = new Map<string, Note>()
  for (const note of notes) {
    const refused = note.code === 'root-not-rendered'
    const key = JSON.stringify(!refused ? note : isObstacle(note.why) ? [note.why, note.file] : [note.why])
    const known = groups.get(key)
    if (known?.code === 'root-not-rendered' && refused)
      groups.set(key, { ...known, titles: [...new Set([...known.titles, ...note.titles])] })
    else if (known === undefined) groups.set(key, note)
  }
  return [...groups.values()]
}

/** One address that several kustomizations name is one note; each of them stays not checked, at its line. */
export function withoutRepeatedAddresses(notes: readonly Note[]): Note[] {
  const groups = new Map<string, Note>()
  for (const note of notes) {
    const remote = note.code === 'part-not-rendered' && note.why.code === 'needs-remote'
    const key = JSON.stringify(remote ? note.why : note)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, note)
    else if (known.code === 'part-not-rendered') groups.set(key, { ...known, others: (known.others ?? 0) + 1 })
  }
  return [...groups.values()]
}

/** A root that is not rendered, or a part of one, as something that is not checked. */
export function asNotChecked(note: Note): NotChecked[] {
  const { file, line = 1 } = note
  switch (note.code) {
    case 'root-not-rendered': {
      const [first = '', ...others] = note.titles
      const more =
        others.length === 0 ? '' : ` and ${others.length === 1 ? '1 other root' : `${others.length} other roots`}`
      return [{ file, line, what: `${first}${more}`, reason: note.why }]
    }
    case 'part-not-rendered':
      return [{ file, line, what: `A part of ${file}, which ${note.why.says}`, reason: note.why }]
    default:
      return []
  }
}
