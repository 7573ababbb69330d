import { at, below, itemsAt, type Placed, setAt, textAt, withEntry, withoutEntry } from '../placed/placed.ts'

/** Whether a patch text is a JSON 6902 patch (a list of operations); a strategic merge patch is a map. */
export function isJsonPatch(patch: Placed): boolean {
  return patch.type === 'list'
}

/**
 * Applies JSON 6902 operations (RFC 6902, as kustomize's library does) so that every value they bring keeps its place in the
 * patch. An operation that does not fit is skipped: kustomize has already judged the patch, only places are wanted here.
 */
export function applyJsonPatch(object: Placed, patch: Placed): Placed {
  return itemsAt(patch).reduce((result, operation) => applyOperation(result, operation), object)
}

function applyOperation(object: Placed, operation: Placed): Placed {
  const path = pointer(textAt(operation, 'path'))
  const value = at(operation, 'value')
  if (path === undefined) return object
  switch (textAt(operation, 'op')) {
    case 'add':
      return value === undefined ? object : add(object, path, value)
    case 'replace':
      return value === undefined ? object : replace(object, path, value)
    case 'remove':
      return remove(object, path)
    case 'move': {
      const from = pointer(textAt(operation, 'from'))
      const moved = from && walk(object, from)
      return from === undefined || moved === undefined ? object : add(remove(object, from), path, moved)
    }
    case 'copy': {
      const from = pointer(textAt(operation, 'from'))
      const copied = from && walk(object, from)
      return copied === undefined ? object : add(object, path, copied)
    }
    default:
      return object
  }
}

/** Steps of a JSON pointer (RFC 6901). */
export function pointer(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  if (text === '' || text === '/') return []
  return text
    .replace(/^\//, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function walk(object: Placed, path: readonly string[]): Placed | undefined {
  return path.reduce<Placed | undefined>(below, object)
}

function within(object: Placed, path: readonly string[], change: (parent: Placed, last: string) => Placed): Placed {
  const last = path.at(-1)
  if (last === undefined) return object
  const parent = walk(object, path.slice(0, -1))
  return parent === undefined ? object : setAt(object, path.slice(0, -1), change(parent, last))
}

function add(object: Placed, path: readonly string[], value: Placed): Placed {
  if (path.length === 0) return value
  return within(object, path, (parent, last) => {
    if (parent.type === 'map') return withEntry(withoutEntry(parent, last), last, value)
    if (parent.type !== 'list') return parent
    const index = last === '-' ? parent.items.length : Number(last)
    const items = [...parent.items]
    items.splice(index < 0 ? items.length + 1 + index : index, 0, value)
    return { ...parent, items }
  })
}

function replace(object: Placed, path: readonly string[], value: Placed): Placed {
  if (path.length === 0) return value
  return within(object, path, (parent, last) => (parent.type === 'scalar' ? parent : setAt(parent, [last], value)))
}

function remove(object: Placed, path: readonly string[]): Placed {
  return within(object, path, (parent, last) => {
    if (parent.type === 'map') return withoutEntry(parent, last)
    if (parent.type !== 'list') return parent
    const index = Number(last) < 0 ? parent.items.length + Number(last) : Number(last)
    return { ...parent, items: parent.items.filter((_, other) => other !== index) }
  })
}
