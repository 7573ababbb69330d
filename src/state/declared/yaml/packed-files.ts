import type { FieldPath, Value } from '../../../model/value.ts'
import { folderOf, joinPath, lastSegment } from '../file-lookup.ts'
import { placedBySpans } from '../placed-text.ts'
import { looksLikePolicy } from '../policy-shape.ts'
import type { YamlContext } from './yaml-context.ts'
import { isList, isMap } from './yaml-values.ts'

/** kustomize's `configMapGenerator`: `files` pack a file, under its own name or another; `literals` carry the text itself. */
export function readPackedFiles(generators: Value, path: FieldPath, context: YamlContext): void {
  if (!isList(generators)) return
  for (const [index, generator] of generators.entries()) {
    if (!isMap(generator)) continue
    const at = [...path, 'configMapGenerator', index]
    for (const item of isList(generator.files) ? generator.files : []) if (typeof item === 'string') pack(item, context)
    for (const [nth, item] of (isList(generator.literals) ? generator.literals : []).entries())
      if (typeof item === 'string') addLiteral(item, [...at, 'literals', nth], context)
  }
}

function pack(item: string, { harvest, source }: YamlContext): void {
  const equals = item.indexOf('=')
  const path = equals < 0 ? item : item.slice(equals + 1)
  const name = equals < 0 ? lastSegment(item) : item.slice(0, equals)
  if (/\.(?:hcl|policy|json|tpl)$/.test(path)) harvest.packed.push({ name, path, from: source })
}

function addLiteral(item: string, path: FieldPath, { harvest, source, document }: YamlContext): void {
  const equals = item.indexOf('=')
  const text = item.slice(equals + 1).replace(/^(["'])([\s\S]*)\1$/, '$2')
  if (equals < 1 || !looksLikePolicy(text)) return
  const placed = placedBySpans(source, text, (line) => document.spanOfTextLine(path, line))
  const relative = joinPath(folderOf(source.relative), item.slice(0, equals))
  harvest.files.push({ source: { ...source, relative, text }, placed, form: 'yaml' })
}
