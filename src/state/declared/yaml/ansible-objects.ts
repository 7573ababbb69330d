import type { SourceFile } from '../../../files/source-file.ts'
import { type FieldPath, isMap, type Value, type ValueMap } from '../../../model/value.ts'
import type { DeclaredDocument, DeclaredYaml } from '../declared.ts'
import { placedBySpans } from '../placed-text.ts'
import { literalText } from '../symbolic-text.ts'
import { type AppliedObject, appliedObject, type FoundObject, GROUP } from '../terraform/object-body.ts'
import { objectsFromText } from '../terraform/object-text.ts'

const MODULES = ['kubernetes.core.k8s', 'community.kubernetes.k8s', 'community.okd.k8s', 'redhat.openshift.k8s', 'k8s']
const DEFINITIONS = ['definition', 'resource_definition']
const DEEPEST = 24

/**
 * External Secrets' own objects in the tasks of a play: the `definition` of `kubernetes.core.k8s`, as a map, a list or a text (forms.md
 * §3). What `{{ }}` stands for is left as it is written.
 */
export function ansibleObjects(files: readonly SourceFile[], yaml: DeclaredYaml): AppliedObject[] {
  return files.flatMap((source) => {
    if (!/\.ya?ml$/.test(source.relative) || !source.text.includes(GROUP) || !/\bk8s:/.test(source.text)) return []
    const found: FoundObject[] = []
    for (const document of yaml.parse(source.file, source.text))
      if (Array.isArray(document.value)) tasksIn(document.value, [], document, { source, yaml, found })
    return found.flatMap((object, index) => appliedObject(object, source, index, 'command'))
  })
}

interface Finding {
  readonly source: SourceFile
  readonly yaml: DeclaredYaml
  readonly found: FoundObject[]
}

function tasksIn(node: Value, path: FieldPath, document: DeclaredDocument, to: Finding): void {
  if (path.length > DEEPEST) return
  if (Array.isArray(node)) {
    for (const [index, item] of (node as readonly Value[]).entries()) tasksIn(item, [...path, index], document, to)
    return
  }
  if (!isMap(node)) return
  for (const [key, value] of Object.entries(node)) {
    if (!MODULES.includes(key) || !isMap(value)) tasksIn(value, [...path, key], document, to)
    else if (value.state !== 'absent')
      for (const name of DEFINITIONS) definition(value[name], [...path, key, name], document, to)
  }
}

function definition(value: Value | undefined, path: FieldPath, document: DeclaredDocument, to: Finding): void {
  if (Array.isArray(value))
    for (const [index, item] of (value as readonly Value[]).entries()) definition(item, [...path, index], document, to)
  else if (isMap(value)) to.found.push(objectAt(value, path, document))
  else if (typeof value === 'string' && value.includes(GROUP)) {
    const placed = placedBySpans(to.source, value, (line) => document.spanOfTextLine(path, line))
    to.found.push(...objectsFromText(literalText(value, 0), placed, to.yaml, document.spanOf(path)))
  }
}

function objectAt(body: ValueMap, path: FieldPath, document: DeclaredDocument): FoundObject {
  return {
    body,
    span: document.spanOf(path),
    spanOf: (inner, part) => document.spanOf([...path, ...inner], part),
    spanOfTextLine: (inner, line) => document.spanOfTextLine([...path, ...inner], line),
  }
}
