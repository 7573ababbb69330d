import { below, type Placed, type PlacedList, setAt } from '../placed/placed.ts'
import { isNull, textOf } from './scalar-text.ts'
import { expression } from './selection.ts'
import { Stop } from './stop.ts'

/** Steps of a `fieldPath`: joined by dots, `\.` is a dot in a name, and brackets keep theirs (`[name=a.b]`, `[a.b/c]`). */
export function splitFieldPath(fieldPath: string): string[] {
  const pieces: string[] = []
  const split = fieldPath.split('.')
  for (const piece of split.length > 1 && split[0] === '' ? split.slice(1) : split) {
    const last = pieces.at(-1)
    if (last?.endsWith('\\')) pieces[pieces.length - 1] = `${last.slice(0, -1)}.${piece}`
    else pieces.push(piece)
  }
  const steps: string[] = []
  for (let index = 0; index < pieces.length; index++) {
    let step = pieces[index] as string
    if (step.startsWith('[') && !step.endsWith(']')) {
      while (index < pieces.length - 1) {
        index++
        step += `.${pieces[index]}`
        if (pieces[index]?.endsWith(']')) break
      }
      if (!step.includes('=')) step = step.replace(/^[[\]]+|[[\]]+$/g, '')
    }
    steps.push(step)
  }
  return steps
}

const INDEX = /^[-+]?\d+$/

/** The value that the `fieldPath` of a replacement's source leads to; `undefined` when there is none. */
export function lookUp(node: Placed, steps: readonly string[]): Placed | undefined {
  let here: Placed | undefined = node
  for (const untrimmed of steps) {
    const step = untrimmed.trim()
    if (step === '') continue
    if (here === undefined || isNull(here)) return undefined
    if (step === '*') throw new Stop('build-fails')
    if (step === '-' || INDEX.test(step)) {
      const index = step === '-' ? -1 : Number(step)
      if (here.type !== 'list' || (step !== '-' && index < 0) || (step === '-' && here.items.length === 0))
        throw new Stop('build-fails')
      here = here.items.at(index)
      continue
    }
    const wanted = listStep(step)
    if (wanted === undefined) {
      if (here.type !== 'map') throw new Stop('build-fails')
      here = here.entries.get(step)?.node
      continue
    }
    if (here.type !== 'list') throw new Stop('build-fails')
    here = here.items.find((item) =>
      wanted.field === '' ? isText(item, wanted.value) : isText(below(item, wanted.field), wanted.value),
    )
  }
  return here
}

function isText(node: Placed | undefined, text: string): boolean {
  return node?.type === 'scalar' && textOf(node) === text
}

function listStep(step: string): { readonly field: string; readonly value: string } | undefined {
  if (!step.startsWith('[') || !step.endsWith(']')) return undefined
  const inner = step.slice(1, -1)
  const equals = inner.indexOf('=')
  if (equals === -1) throw new Stop('build-fails')
  return { field: inner.slice(0, equals), value: inner.slice(equals + 1) }
}

/** Where a field is to be made when it is absent: `undefined` makes none. */
export type Create = Placed['type'] | undefined

export interface Found {
  readonly node: Placed
  /** To every field that is meant. */
  readonly paths: readonly (readonly string[])[]
}

/**
 * The fields that a `fieldPath` of a replacement's target means; in `[name=value]` the value is an expression. With `create` the
 * object comes back with what was missing.
 */
export function findFields(node: Placed, steps: readonly string[], create: Create): Found {
  let result = node
  const paths: (readonly string[])[] = []
  const walk = (path: readonly string[], depth: number): void => {
    const step = steps[depth]
    const here = path.reduce<Placed | undefined>(below, result)
    if (step === undefined) {
      paths.push(path)
      return
    }
    if (here === undefined) return
    if (/^\+?\d+$/.test(step)) {
      const list = listAt(here)
      const index = Number(step)
      if (index === list.items.length && create !== undefined)
        result = setAt(result, path, added(list, made(steps, depth, create, list)))
      else if (index >= list.items.length) throw new Stop('build-fails')
      walk([...path, String(index)], depth + 1)
      return
    }
    const wanted = listStep(step)
    if (wanted !== undefined || step === '*') {
      const list = listAt(here)
      const indices = wanted === undefined ? [...list.items.keys()] : matching(list, wanted)
      for (const index of indices) walk([...path, String(index)], wanted?.field === '' ? steps.length : depth + 1)
      if (indices.length === 0 && wanted !== undefined && create !== undefined) throw new Stop('replacement-form')
      return
    }
    if (isNull(here)) return
    // A path into the text of a field: kustomize parses it and writes it anew.
    if (here.type === 'scalar') throw new Stop(depth > 0 ? 'replacement-form' : 'build-fails')
    if (here.type === 'list') throw new Stop('build-fails')
    if (!here.entries.has(step)) {
      if (create === undefined) return
      result = setAt(result, [...path, step], made(steps, depth, create, here))
    }
    walk([...path, step], depth + 1)
  }
  walk([], 0)
  return { node: result, paths }
}

function listAt(here: Placed): PlacedList {
  if (here.type === 'list') return here
  if (isNull(here)) return { type: 'list', place: here.place, items: [] }
  throw new Stop(here.type === 'scalar' ? 'replacement-form' : 'build-fails')
}

function added(list: PlacedList, item: Placed): Placed {
  return { ...list, items: [...list.items, item] }
}

/** What is made for a step that is absent: what the next step needs. */
function made(steps: readonly string[], depth: number, create: Placed['type'], near: Placed): Placed {
  const next = steps[depth + 1]
  const { place } = near
  const type =
    next === undefined || next === '' ? create : /^\[.*\]$/.test(next) || /^\+?\d+$/.test(next) ? 'list' : 'map'
  if (type === 'list') return { type, place, items: [] }
  if (type === 'map') return { type, place, entries: new Map() }
  return { type: 'scalar', place, value: '' }
}

function matching(list: PlacedList, wanted: { readonly field: string; readonly value: string }): number[] {
  // kustomize compares with the item as YAML, quotes and all.
  if (/[\^$"']/.test(wanted.value)) throw new Stop('replacement-form')
  const pattern = expression(wanted.value)
  return list.items.flatMap((item, index) => {
    const field = wanted.field === '' ? item : below(item, wanted.field)
    if (field === undefined || (wanted.field !== '' && item.type !== 'map')) return []
    if (field.type !== 'scalar') throw new Stop('replacement-form')
    return pattern.matcher(textOf(field)).find() ? [index] : []
  })
}
