import type { Note } from '../../model/note.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { Checkout } from '../checkout.ts'
import { templateFolder } from './charts.ts'
import type { Followed } from './followed.ts'

/** A kind of ESO's at the beginning of a line of a template: further in it may be that of a reference. */
const KIND =
  /^["']?kind["']?:\s*["']?((?:Cluster)?(?:ExternalSecret|PushSecret|SecretStore)|VaultDynamicSecret|ClusterGenerator)\b/

/** A kind that the template says, and nothing fills in. */
const OTHER_KIND = /^["']?kind["']?:\s*["']?\w+/

/**
 * Notes about templates of charts, after charts were rendered: none for those that helm read; of the others each object of ESO's that
 * their text shows, so that each is counted.
 */
export function templateNotes(notes: readonly Note[], checkout: Checkout, followed: Followed): readonly Note[] {
  return notes.flatMap((note): Note[] => {
    if (note.code !== 'chart-template' || note.because !== undefined) return [note]
    const file = checkout.below(note.file)
    if (followed.templates.has(file)) return []
    const folder = templateFolder(file, followed.charts)
    const because = (folder === undefined ? undefined : nearest(followed.unrendered, folder)) ?? {
      code: 'chart' as const,
    }
    const lines = (checkout.sources.get(file)?.text ?? '').split('\n')
    const found = lines.flatMap((line, index): Note[] => {
      const kind = KIND.exec(line)?.[1]
      return kind === undefined ? [] : [{ file: note.file, line: index + 1, code: 'chart-template', kind, because }]
    })
    if (found.length > 0) return found
    // A definition or a Deployment that only names a group of ESO's is no object of it.
    const others = lines.filter((line) => OTHER_KIND.test(line))
    const all = lines.filter((line) => /^["']?kind["']?:/.test(line))
    return others.length > 0 && others.length === all.length ? [] : [{ ...note, because }]
  })
}

/** A chart within another one is rendered with that. */
function nearest(reasons: ReadonlyMap<string, RenderReason>, folder: string): RenderReason | undefined {
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf('/charts/'))) {
    const found = reasons.get(at)
    if (found !== undefined || !at.includes('/charts/')) return found
  }
}
