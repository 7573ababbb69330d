import { hasDeadName } from '../files/dead-names.ts'
import { likelySlip } from '../files/yaml/likely-slip.ts'
import type { InvalidYaml } from '../model/invalid-yaml.ts'
import type { Note } from '../model/note.ts'
import type { Span } from '../model/span.ts'

/** Documents of ESO's kinds that do not parse or that repeat a key, with the slip that is most likely. */
export function invalidYaml(
  notes: readonly Note[],
  sourceLine: (file: string, line: number) => string | undefined,
): InvalidYaml[] {
  return notes.flatMap((note): InvalidYaml[] => {
    const { file, line = 1 } = note
    const aside = hasDeadName(file)
    if (!('eso' in note) || note.eso !== true) return []
    switch (note.code) {
      case 'yaml-duplicate-key':
        return [
          {
            span: { ...at(file, line, note.column), endColumn: note.column + note.key.length },
            aside,
            problem: { code: 'duplicate-key', key: note.key, first: at(file, note.first.line, note.first.column) },
          },
        ]
      case 'yaml-unparseable':
      case 'yaml-unusable': {
        const unparseable = note.code === 'yaml-unparseable'
        const slip = unparseable ? likelySlip((one) => sourceLine(file, one), line) : undefined
        const code = unparseable ? 'unparseable' : 'unusable'
        return [{ span: at(file, line, note.column), aside, problem: { code, says: note.says, slip } }]
      }
      default:
        return []
    }
  })
}

function at(file: string, line: number, column: number): Span {
  return { file, line, column, endLine: line, endColumn: column + 1 }
}
