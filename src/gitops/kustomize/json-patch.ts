import {
  at,
  below,
  type Placed,
  type PlacedList,
  type PlacedMap,
  placedAt,
  plainValue,
  setAt,
  textAt,
  withEntry,
  withoutEntry,
} from '../placed/placed.ts'
import { isNull } from './scalar-text.ts'
import { Stop } from './stop.ts'

/**
 * Applies JSON 6902 operations as kustomize's library does (evanphx/json-patch 4; kustomize.md §4): every value they bring keeps its place in the
 * patch. An operation that does not fit ends the build.
 */
export function jsonPatch(object: Placed, operations: readonly Placed[]): Placed {
  return operations.reduce(applyOperation, object)
}

function applyOperation(object: Placed, operation: Placed): Placed {
  const target = textAt(operation, 'path')
  if (target === undefined) throw new Stop('build-fails')
  switch (textAt(operation, 'op')) {
    case 'add':
      return add(object, target, givenValue(operation))
    case 'replace':
      return replace(object, target, givenValue(operation))
    case 'remove':
      return remove(object, target)
    case 'move': {
      const moved = get(object, fromOf(operation))
      return add(remove(object, fromOf(operation)), target, moved ?? nothing(operation))
    }
    case 'copy':
      return add(object, target, get(object, fromOf(operation)) ?? nothing(operation))
    case 'test':
      test(object, target, at(operation, 'value'))
      return object
    default:
      throw new Stop('build-fails')
  }
}

function givenValue(operation: Placed): Placed {
  return at(operation, 'value') ?? nothing(operation)
}

function nothing(operation: Placed): Placed {
  return { ...placedAt(operation.place, null), raw: 'null' } as Placed
}

function fromOf(operation: Placed): string {
  const from = textAt(operation, 'from')
  if (from === undefined) throw new Stop('build-fails')
  // What kustomize notes on the object while it builds stands among its annotations.
  if (/^\/metadata(?:\/annotations)?$/.test(from)) throw new Stop('patch-form')
  return from
}

/** The container that a pointer leads to, the steps to it, and the last step. */
interface Spot {
  readonly container: PlacedMap | PlacedList
  readonly steps: readonly string[]
  readonly last: string
}

/** Steps of a JSON pointer (RFC 6901). What stands before the first slash is ignored. */
export function pointer(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function spot(object: Placed, target: string): Spot {
  const found = target.includes('/') ? pointer(target) : undefined
  const last = found?.pop()
  if (found === undefined || last === undefined) throw new Stop('build-fails')
  const steps: string[] = []
  let here: Placed | undefined = object
  for (const step of found) {
    const own: string = here?.type === 'list' ? String(index(here, step, here.items.length - 1)) : step
    here = below(here, own)
    steps.push(own)
  }
  if (here === undefined || here.type === 'scalar') throw new Stop('build-fails')
  return { container: here, steps, last }
}

/** A list's index, which may count from the end; more than `most` ends the build. */
function index(list: PlacedList, step: string, most: number): number {
  const number = /^[-+]?\d+$/.test(step) ? Number(step) : Number.NaN
  const found = number < 0 ? number + most + 1 : number
  if (!(found >= 0 && found <= most) || list.type !== 'list') throw new Stop('build-fails')
  return found
}

function get(object: Placed, target: string): Placed | undefined {
  const { container, last } = spot(object, target)
  if (container.type === 'map') return container.entries.get(last)?.node
  return container.items[index(container, last, container.items.length - 1)]
}

function add(object: Placed, target: string, value: Placed): Placed {
  const { container, steps, last } = spot(object, target)
  if (container.type === 'map') return setAt(object, steps, withEntry(withoutEntry(container, last), last, value))
  const items = [...container.items]
  items.splice(last === '-' ? items.length : index(container, last, items.length), 0, value)
  return setAt(object, steps, { ...container, items })
}

function replace(object: Placed, target: string, value: Placed): Placed {
  if (target === '') {
    if (value.type === 'map') return value
    throw new Stop('build-fails')
  }
  const { container, steps, last } = spot(object, target)
  // A key that is not there is no error in a map.
  if (container.type === 'map') return setAt(object, steps, withEntry(container, last, value))
  const items = [...container.items]
  items[index(container, last, items.length - 1)] = value
  return setAt(object, steps, { ...container, items })
}

function remove(object: Placed, target: string): Placed {
  const { container, steps, last } = spot(object, target)
  if (container.type === 'map') {
    if (!container.entries.has(last)) throw new Stop('build-fails')
    return setAt(object, steps, withoutEntry(container, last))
  }
  const gone = index(container, last, container.items.length - 1)
  return setAt(object, steps, { ...container, items: container.items.filter((_, other) => other !== gone) })
}

function test(object: Placed, target: string, wanted: Placed | undefined): void {
  if (target === '' || /^\/metadata(?:\/annotations)?$/.test(target)) throw new Stop('patch-form')
  const found = get(object, target)
  if (isNull(found) !== isNull(wanted)) throw new Stop('build-fails')
  if (found === undefined || wanted === undefined || isNull(found)) return
  const [left, right] = [JSON.stringify(sorted(found)), JSON.stringify(sorted(wanted))]
  // Texts are compared as JSON, which writes these in several ways.
  if (/[<>&\u2028\u2029]|\d[.eE]/.test(left + right)) throw new Stop('patch-form')
  if (left !== right) throw new Stop('build-fails')
}

function sorted(node: Placed): unknown {
  if (node.type === 'list') return node.items.map(sorted)
  if (node.type === 'scalar') return plainValue(node)
  const names = [...node.entries.keys()].sort()
  return names.map((name) => [name, sorted(node.entries.get(name)?.node as Placed)])
}
