import { at, itemsAt, type Placed, setAt, textAt } from '../placed/placed.ts'
import { resolveFieldPath } from './field-path.ts'
import { changed, type ReadObject } from './read-object.ts'
import { selects } from './selection.ts'

/**
 * Applies one item of `replacements`. A field that is replaced as a whole then stands where the source's value was written; a
 * part of a field (`delimiter`) leaves it where it is.
 */
export function applyReplacement(objects: readonly ReadObject[], replacement: Placed): readonly ReadObject[] {
  const value = sourceValue(objects, replacement)
  if (value === undefined) return objects
  let result = objects
  for (const target of itemsAt(replacement, 'targets')) {
    const select = at(target, 'select')
    if (select === undefined) continue
    const rejected = itemsAt(target, 'reject')
    const fieldPaths = itemsAt(target, 'fieldPaths').flatMap((item) =>
      item.type === 'scalar' ? [String(item.value)] : [],
    )
    result = result.map((object) => {
      if (!selects(select, object) || rejected.some((reject) => selects(reject, object))) return object
      let node: Placed = object.node
      for (const fieldPath of fieldPaths.length > 0 ? fieldPaths : ['metadata.name'])
        for (const path of resolveFieldPath(node, fieldPath)) {
          const old = at(node, ...path)
          if (old === undefined && !isCreating(target)) continue
          node = setAt(node, path, joined(old, value, at(target, 'options')))
        }
      return changed(object, node)
    })
  }
  return result
}

function isCreating(target: Placed): boolean {
  const create = at(target, 'options', 'create')
  return create?.type === 'scalar' && create.value === true
}

function sourceValue(objects: readonly ReadObject[], replacement: Placed): Placed | undefined {
  const literal = at(replacement, 'sourceValue')
  if (literal !== undefined) return literal
  const source = at(replacement, 'source')
  if (source === undefined) return undefined
  const object = objects.find((candidate) => selects(source, candidate))
  if (object === undefined) return undefined
  const [path] = resolveFieldPath(object.node, textAt(source, 'fieldPath') ?? 'metadata.name')
  const found = path && at(object.node, ...path)
  const delimiter = textAt(source, 'options', 'delimiter')
  if (found?.type !== 'scalar' || delimiter === undefined) return found
  const part = String(found.value).split(delimiter)[indexOf(at(source, 'options'))]
  return part === undefined ? undefined : { ...found, value: part }
}

function joined(old: Placed | undefined, value: Placed, options: Placed | undefined): Placed {
  const delimiter = textAt(options, 'delimiter')
  if (delimiter === undefined || delimiter === '' || old?.type !== 'scalar' || value.type !== 'scalar') return value
  const parts = String(old.value).split(delimiter)
  const index = indexOf(options)
  if (index < 0) parts.unshift(String(value.value))
  else if (index >= parts.length) parts.push(String(value.value))
  else parts[index] = String(value.value)
  return { ...old, value: parts.join(delimiter) }
}

function indexOf(options: Placed | undefined): number {
  const index = at(options, 'index')
  return index?.type === 'scalar' ? Number(index.value) : 0
}
