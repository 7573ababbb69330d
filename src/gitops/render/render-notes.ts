import type { NotChecked } from '../../model/finding.ts'
import type { Note } from '../../model/manifest.ts'
import type { RenderRoot } from './render-root.ts'

/** A root that kustomize did not build. */
export function failureNote(root: RenderRoot, failure: string): Note {
  const { file, line } = root.appliedBy.span
  const { kind, name } = root.appliedBy
  const title = kind === 'kustomization' ? `The kustomization ${name}` : `${kind} ${name} (${root.folder || '.'})`
  const message = `${title} is not rendered: ${failure}`
  return { reason: 'render-failed', file, line, message: message.endsWith('.') ? message : `${message}.` }
}

/** One cause that keeps several roots from being rendered is one note. */
export function groupRefusals(notes: readonly Note[]): Note[] {
  const groups = new Map<string, Group & { readonly titles: Set<string> }>()
  for (const note of notes) {
    const [title, reason] = note.message.split(REFUSED, 2) as [string, string | undefined]
    const key = reason === undefined ? `${note.file}:${note.line}:${note.message}` : reason
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { note, titles: new Set([title]) })
    else group.titles.add(title)
  }
  return [...groups.values()].map(withTitles)
}

interface Group {
  readonly note: Note
  readonly titles: ReadonlySet<string>
}

/** One address that several kustomizations name is one note; each of them stays not checked, at its line. */
export function withoutRepeatedAddresses(notes: readonly Note[]): Note[] {
  const groups = new Map<string, { readonly note: Note; count: number }>()
  for (const note of notes) {
    const begins = `A part of ${note.file}, which names a remote address`
    const key = note.message.startsWith(begins)
      ? note.message.slice(begins.length)
      : `${note.file}:${note.line}:${note.message}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { note, count: 1 })
    else group.count++
  }
  return [...groups.values()].map(({ note, count }) => {
    if (count < 2) return note
    const others = count === 2 ? '1 other kustomization names' : `${count - 1} other kustomizations name`
    return { ...note, message: `${note.message} ${others} it too.` }
  })
}

function withTitles({ note, titles }: Group): Note {
  if (titles.size < 2) return note
  const [first] = titles
  const others = titles.size === 2 ? '1 other root' : `${titles.size - 1} other roots`
  return { ...note, message: note.message.replace(`${first}${REFUSED}`, `${first} and ${others} are not rendered: `) }
}

const REFUSED = ' is not rendered: '

/** A root that is not rendered, as something that is not checked. */
export function asNotChecked(note: Note): NotChecked[] {
  const what = / (?:is|are) not (?:rendered|checked): /.exec(note.message)
  if (what === null) return []
  const said = note.message.slice(what.index + what[0].length).replace(/\.$/, '')
  // The line is there to see; without it, what stands in several files is one reason.
  const reason = said.startsWith(`${note.file} `) ? `the kustomization ${said.slice(note.file.length + 1)}` : said
  return [{ file: note.file, line: note.line ?? 1, what: note.message.slice(0, what.index), reason }]
}
