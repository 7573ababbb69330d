import { compileGoRegexp, isRegexp } from '../../model/go-regexp.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { listAt, textAt, valueAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { isEsoKind } from '../kinds.ts'
import { patchOver } from '../patched.ts'
import { readConsumer } from '../predict/consumer.ts'

/** A regular expression that Go's RE2 refuses. */
export interface InvalidRegexp {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly pattern: string
  /** What the compiler says, as a sentence part. */
  readonly because: string
  /** `find`: fails after the LIST. `rewrite`, `match`: the object fails. `condition`: the webhook refuses the store (eso.md §5.5). */
  readonly where: 'find' | 'rewrite' | 'match' | 'condition'
}

/** All regular expressions of ESO objects that do not compile: no look-around and no back-references (eso.md §3.4). */
export function invalidRegexps(manifests: readonly Manifest[]): readonly InvalidRegexp[] {
  return manifests.flatMap((manifest) =>
    patternsOf(manifest).flatMap(({ field, where }): InvalidRegexp[] => {
      const pattern = textAt(manifest.body, ...field)
      if (pattern === undefined || textHoles(pattern).length > 0 || patchOver(manifest, field) !== undefined) return []
      const compiled = compileGoRegexp(pattern)
      if (isRegexp(compiled)) return []
      return [{ manifest, field, span: manifest.spanOf(field, 'value'), pattern, because: compiled.invalid, where }]
    }),
  )
}

interface PatternField {
  readonly field: FieldPath
  readonly where: InvalidRegexp['where']
}

function patternsOf(manifest: Manifest): readonly PatternField[] {
  if (isEsoKind(manifest, 'ClusterSecretStore', 'SecretStore')) {
    return items(manifest, ['spec', 'conditions']).flatMap((condition) =>
      items(manifest, [...condition, 'namespaceRegexes']).map((field) => ({ field, where: 'condition' as const })),
    )
  }
  const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
  if (consumer === undefined) return []
  const rewrites = (item: FieldPath) =>
    items(manifest, [...item, 'rewrite']).map((field) => ({
      field: [...field, 'regexp', 'source'],
      where: 'rewrite' as const,
    }))
  return consumer.makes === 'ExternalSecret'
    ? items(manifest, [...consumer.at, 'dataFrom']).flatMap((item): PatternField[] => [
        { field: [...item, 'find', 'name', 'regexp'], where: 'find' },
        ...rewrites(item),
      ])
    : items(manifest, [...consumer.at, 'dataTo']).flatMap((item): PatternField[] => [
        { field: [...item, 'match', 'regexp'], where: 'match' },
        ...rewrites(item),
      ])
}

function items(manifest: Manifest, list: FieldPath): readonly FieldPath[] {
  return listAt(valueAt(manifest.body, list)).map((_, i) => [...list, i])
}
