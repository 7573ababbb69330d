import type { NotChecked } from '../model/finding.ts'
import type { TimeOver } from '../model/law-reason.ts'
import type { Note } from '../model/note.ts'
import type { UnreadReason } from '../model/reason.ts'

/**
 * Files and documents that were not read and that may hold references: they are counted with what was not checked, because nobody can
 * say how many references they hold. Of a file whose text could be seen, only one that names a kind of ESO's counts.
 */
export function unreadParts(notes: readonly Note[]): NotChecked[] {
  return notes.flatMap((note) => {
    const { file, line = 1 } = note
    const part = (what: string, reason: UnreadReason | TimeOver): NotChecked[] => [{ file, line, what, reason }]
    switch (note.code) {
      case 'chart-template':
        return part(`${note.kind ?? 'An object'} in a template of a Helm chart`, {
          code: note.code,
          ...(note.kind === undefined ? {} : { kind: note.kind }),
          ...(note.because === undefined ? {} : { because: note.because }),
        })
      case 'file-unreadable':
      case 'folder-unreadable':
        return part(note.code === 'file-unreadable' ? 'The file' : 'The folder', { code: note.code, errno: note.errno })
      case 'run-time-over':
        return part(lateParts(note), { code: note.code })
      case 'files-too-large':
        return part(`${note.count} files`, { code: note.code, count: note.count, mib: note.mib })
      case 'documents-too-many':
        return part(`${note.count} files`, { code: note.code, count: note.count, documents: note.documents })
      case 'file-too-large':
        return note.eso === true ? part('The file', { code: note.code, mib: note.mib }) : []
      case 'sops':
        return note.eso === true ? part('The file', { code: note.code }) : []
      case 'yaml-unparseable':
      case 'yaml-unusable':
        return note.eso === true ? part('A document', { code: note.code, says: note.says, column: note.column }) : []
      case 'yaml-too-deep':
        return note.eso === true ? part('A document', { code: note.code }) : []
      case 'yaml-template':
        return note.eso === true ? part('A document', { code: note.code, holds: note.holds, says: note.says }) : []
      case 'yaml-template-keys':
        return note.eso === true ? part('A document', { code: note.code, says: note.says }) : []
      default:
        return []
    }
  })
}

function lateParts({ count, of }: Extract<Note, { code: 'run-time-over' }>): string {
  if (of === 'declarations') return 'Files that may declare roles and policies'
  return count === undefined ? 'The file' : count === 1 ? 'A file' : `${count} files`
}
