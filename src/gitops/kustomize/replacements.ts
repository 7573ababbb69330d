import { resolvePlainScalar } from '../../files/yaml/plain-scalar.ts'
import type { FieldPath } from '../../model/value.ts'
import { at, itemsAt, type Placed, type PlacedScalar, placed, setAt, textAt } from '../placed/placed.ts'
import type { Build } from './build.ts'
import { findFields, lookUp, splitFieldPath } from './field-path.ts'
import { changed, isCertain, type ReadObject, touched } from './read-object.ts'
import { flagAt, isEmpty, isNull, textOf, written } from './scalar-text.ts'
import { replacementSource, replacementTarget } from './selection.ts'
import { Stop } from './stop.ts'

/** `replacements`: copies a field of one object into fields of others (kustomize.md §7). */
export function replaceFields(build: Build, kustomization: Placed): void {
  itemsAt(kustomization, 'replacements').forEach((item, index) => {
    const path = ['replacements', index]
    build.step(
      path,
      () => {
        for (const replacement of replacementsOf(build, item)) replaceOne(build, path, replacement)
      },
      { touches: () => true },
    )
  })
}

function replacementsOf(build: Build, item: Placed): readonly Placed[] {
  const file = textAt(item, 'path') ?? ''
  if (file === '') return [item]
  if (!isNull(at(item, 'source')) || itemsAt(item, 'targets').length > 0) throw new Stop('build-fails')
  const { parsed } = build.context.files.parsed(build.file(file))
  const [document] = parsed.documents
  if (parsed.notes.length > 0 || parsed.documents.length > 1) throw new Stop('yaml')
  const root = document && placed(document)
  if (root === undefined || isNull(root) || root.type === 'scalar') throw new Stop('build-fails')
  return root.type === 'list' ? root.items : [root]
}

/** The value that is copied, and the object that it comes from. */
interface Source {
  readonly value: Placed
  /** Taken as it is written into a field that is made for it: `5` becomes a number. */
  readonly untagged: boolean
  readonly object?: ReadObject
}

function replaceOne(build: Build, path: FieldPath, replacement: Placed): void {
  const targets = at(replacement, 'targets')
  if (isNull(targets)) throw new Stop('build-fails')
  const source = sourceOf(build, replacement)
  for (const target of itemsAt(targets)) {
    const select = at(target, 'select')
    if (select === undefined || isNull(select)) throw new Stop('build-fails')
    const means = replacementTarget(select, itemsAt(target, 'reject'))
    const written = itemsAt(target, 'fieldPaths').map((item) => textAt(item) ?? '')
    const fieldPaths = written.length === 0 ? ['metadata.name'] : written
    if (source === undefined) {
      build.touch(build.reason(path, 'replacement-form'), means)
      continue
    }
    build.change(path, means, (object) => {
      const result = fieldPaths.reduce(
        (node: Placed, fieldPath) => withCopy(node, splitFieldPath(fieldPath), source, target),
        object.node,
      )
      const own = changed(object, result)
      // What is copied from an object that is not certain is not certain either.
      return (source.object?.undecided ?? []).reduce(touched, own)
    })
  }
}

/** `undefined`: it is among what the reader does not know. */
function sourceOf(build: Build, replacement: Placed): Source | undefined {
  const literal = at(replacement, 'sourceValue')
  const source = at(replacement, 'source')
  if (isNull(literal) === isNull(source)) throw new Stop('build-fails')
  if (literal !== undefined && !isNull(literal)) return { value: literal, untagged: true }
  if (source === undefined) return undefined
  const found = build.objects.filter(replacementSource(source))
  const [object] = found
  if (object === undefined && build.open) return undefined
  if (object === undefined || found.length > 1) throw new Stop('build-fails')
  const fieldPath = textAt(source, 'fieldPath') ?? ''
  try {
    const value = lookUp(object.node, splitFieldPath(fieldPath === '' ? 'metadata.name' : fieldPath))
    if (value === undefined || isEmpty(value)) throw new Stop('build-fails')
    return { value: part(value, at(source, 'options')), untagged: false, object }
  } catch (error) {
    if (!isCertain(object) && error instanceof Stop) return undefined
    throw error
  }
}

/** A part of the text, where `delimiter` asks for one. */
function part(value: Placed, options: Placed | undefined): Placed {
  const delimiter = textAt(options, 'delimiter') ?? ''
  if (delimiter === '') return value
  if (value.type !== 'scalar') throw new Stop('build-fails')
  const text = textOf(value).split(delimiter)[indexOf(options)]
  if (text === undefined) throw new Stop('build-fails')
  if (typeof value.value !== 'string') throw new Stop('replacement-form')
  return { ...value, value: text }
}

function indexOf(options: Placed | undefined): number {
  const index = at(options, 'index')
  return index?.type === 'scalar' && typeof index.value === 'number' ? index.value : 0
}

/** Copies the value into the fields that a path means; that there are none is an error. */
function withCopy(object: Placed, steps: readonly string[], source: Source, target: Placed): Placed {
  const options = at(target, 'options')
  const { node, paths } = findFields(object, steps, flagAt(options, 'create') ? source.value.type : undefined)
  if (paths.length === 0) throw new Stop('build-fails')
  return paths.reduce((result: Placed, path) => {
    const old = at(object, ...path)
    return setAt(result, path, copied(old, source, options, path))
  }, node)
}

function copied(
  old: Placed | undefined,
  { value, untagged }: Source,
  options: Placed | undefined,
  path: readonly string[],
): Placed {
  const delimiter = textAt(options, 'delimiter') ?? ''
  if (delimiter !== '' && old !== undefined) {
    if (old.type !== 'scalar') throw new Stop('build-fails')
    if (value.type !== 'scalar' || typeof old.value !== 'string') throw new Stop('replacement-form')
    return { ...old, value: joined(old.value.split(delimiter), indexOf(options), textOf(value)).join(delimiter) }
  }
  if (old === undefined) {
    // A field that was made for it takes the text as a plain scalar.
    if (value.type !== 'scalar') return value
    const text = textOf(value)
    if (delimiter !== '' || text === '' || /[\n\r]|^[ \t]|[ \t]$/.test(text)) throw new Stop('replacement-form')
    return { type: 'scalar', place: value.place, value: resolvePlainScalar(text), raw: text }
  }
  if (old.type !== 'scalar') return untagged && value.type === 'scalar' ? plain(value) : value
  if (value.type !== 'scalar' || old.value === null) throw new Stop('replacement-form')
  return intoScalar(old, value, path)
}

function joined(parts: string[], index: number, text: string): string[] {
  if (index < 0) return [text, ...parts]
  if (index >= parts.length) return [...parts, text]
  parts[index] = text
  return parts
}

function plain(value: PlacedScalar): PlacedScalar {
  return { ...value, value: resolvePlainScalar(textOf(value)) }
}

/** Only the text of a scalar is copied: a number stays a number, a text a text. */
function intoScalar(old: PlacedScalar, value: PlacedScalar, path: readonly string[]): PlacedScalar {
  const text = textOf(value)
  const looks = resolvePlainScalar(text)
  if (typeof old.value === 'string') {
    // The head of an object may have lost what makes a text of it.
    const isHead = path.length === 1 || path[0] === 'metadata'
    if (isHead && typeof looks !== 'string') throw new Stop('replacement-form')
    return written(old, { type: 'scalar', place: value.place, value: text })
  }
  if (typeof looks !== typeof old.value || looks === null) throw new Stop('replacement-form')
  return { type: 'scalar', place: value.place, value: looks, raw: text }
}
