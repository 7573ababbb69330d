import type { SourceFile } from '../../../files/source-file.ts'
import { type FieldPath, isMap, type Value } from '../../../model/value.ts'
import type { DeclaredDocument, DeclaredYaml } from '../declared.ts'
import { repositoryFiles } from '../file-lookup.ts'
import { emptyHarvest } from '../harvest.ts'
import { type PlacedText, placedBySpans } from '../placed-text.ts'
import { isShellFile, wholeScript } from '../shell-files.ts'
import { type AppliedObject, appliedObject, type FoundObject, GROUP } from '../terraform/object-body.ts'
import { objectsFromText } from '../terraform/object-text.ts'
import { readScript } from './read-script.ts'

/** How deep a YAML value is looked into. */
const DEEPEST = 24
/** `kubectl apply -f -`, as far as a look at the text tells: whether the script is worth running through. */
const APPLIES = /\b(?:kubectl|oc|k)\b[^\n|;]*\b(?:apply|create|replace)\b/

/**
 * External Secrets' own objects that a script applies: `kubectl apply -f - <<EOF`, a text that is piped into it, a file that the script
 * wrote before (forms.md §3). Loops turn, functions are followed, and what nothing tells stands as `${…}`.
 */
export function scriptObjects(files: readonly SourceFile[], yaml: DeclaredYaml): AppliedObject[] {
  const worth = files.filter(({ text }) => text.includes(GROUP) && APPLIES.test(text))
  if (worth.length === 0) return []
  const lookup = repositoryFiles(files)
  return worth.flatMap((source) => {
    const found: FoundObject[] = []
    for (const placed of scriptsIn(source, yaml))
      readScript(placed, {
        source,
        form: 'shell',
        harvest: emptyHarvest(),
        yaml,
        files: lookup,
        applied: (text, own, span) => void found.push(...objectsFromText(text, own, yaml, span)),
      })
    return distinct(found).flatMap((object, document) => appliedObject(object, source, document, 'command'))
  })
}

/** A script, or the scripts in the strings of a YAML file: a Job, a step of a workflow (forms.md §4). */
function scriptsIn(source: SourceFile, yaml: DeclaredYaml): PlacedText[] {
  if (isShellFile(source)) return [wholeScript(source)]
  if (!/\.ya?ml$/.test(source.relative)) return []
  const scripts: PlacedText[] = []
  const walk = (value: Value, path: FieldPath, document: DeclaredDocument): void => {
    if (path.length > DEEPEST) return
    if (typeof value === 'string') {
      if (value.includes(GROUP) && APPLIES.test(value))
        scripts.push(placedBySpans(source, value, (line) => document.spanOfTextLine(path, line)))
    } else if (Array.isArray(value))
      for (const [index, item] of (value as readonly Value[]).entries()) walk(item, [...path, index], document)
    else if (isMap(value)) for (const [key, item] of Object.entries(value)) walk(item, [...path, key], document)
  }
  for (const document of yaml.parse(source.file, source.text)) walk(document.value, [], document)
  return scripts
}

/** What both sides of a branch apply alike, or a function that is called twice, is one object. */
function distinct(found: readonly FoundObject[]): FoundObject[] {
  return [...new Map(found.map((object) => [JSON.stringify([object.body, object.span.line]), object])).values()]
}
