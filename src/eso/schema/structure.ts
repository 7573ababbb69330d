import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, valueAt } from '../field-value.ts'
import { describeUnknown } from './describe-unknown.ts'
import { draftOf, formatPath } from './field-path.ts'
import { checkType } from './field-type.ts'
import type { SchemaProblem } from './problem.ts'
import { type Move, type ProblemList, type ProblemPlace, problemList } from './problem-list.ts'
import { nodeAt, rootNode, shapeOf } from './schema-lookup.ts'
import type { KindSchema, SchemaNode, SchemaShape } from './schema-node.ts'
import { isTemplateGarbage, isTemplateKey } from './undecided.ts'
import { findUnknownFields } from './unknown-fields.ts'

/** The object as it was meant, and what is wrong with its shape. */
export interface Structure {
  readonly problems: readonly SchemaProblem[]
  readonly unlisted: readonly ProblemPlace[]
  /** The body with misplaced and misspelt fields where they belong. */
  readonly body: ValueMap
  readonly moves: readonly Move[]
}

/** A strategic merge patch says so, and is no manifest (field.md §6). */
function isPatch(body: ValueMap): boolean {
  return [body, body.metadata, body.spec].some((map) => isMap(map) && Object.hasOwn(map, '$patch'))
}

function isWritten(value: Value | undefined): boolean {
  return value !== undefined && value !== null
}

/** Fields that count for min and max: known ones that are not null (the API server prunes the others first). */
function present(shape: SchemaShape, value: ValueMap): readonly string[] {
  const fields = shape.properties
  return Object.keys(value).filter(
    (key) => isWritten(value[key]) && (fields === undefined || Object.hasOwn(fields, key)),
  )
}

/** A provider or generator that this release of the schema does not know is none of our business. */
function hasForeignKeys(shape: SchemaShape, value: ValueMap): boolean {
  return Object.keys(value).some((key) => isTemplateKey(key) || !Object.hasOwn(shape.properties ?? {}, key))
}

function checkCount(shape: SchemaShape, value: ValueMap, path: FieldPath, list: ProblemList): void {
  if (shape.maxProperties === undefined && shape.minProperties === undefined) return
  const names = present(shape, value)
  const isTooMuch = shape.maxProperties !== undefined && names.length > shape.maxProperties
  if (!isTooMuch && (shape.minProperties === undefined || names.length >= shape.minProperties)) return
  const all = Object.keys(shape.properties ?? {})
  const choice = all.length <= 6 ? all.map((name) => `\`${name}\``).join(', ') : `one of its ${all.length} kinds`
  const field = `\`${formatPath(path)}\``
  if (isTooMuch) {
    list.add({
      kind: 'exclusive',
      effect: 'rejected',
      path,
      at: 'key',
      message: `${field} has ${names.map((name) => `\`${name}\``).join(' and ')}, and may have only one of them: the API server refuses the object.`,
    })
  } else if (!hasForeignKeys(shape, value)) {
    list.add({
      kind: 'exclusive',
      effect: 'rejected',
      path,
      at: 'key',
      message: `${field} is empty, and needs exactly one of ${choice}: the API server refuses the object.`,
    })
  }
}

/** `path`: the way to `value`, which gets longer and shorter on the way; a problem keeps a copy of it. */
function checkNode(node: SchemaNode | undefined, value: Value, path: (string | number)[], list: ProblemList): void {
  const checkAt = (step: string | number, below: SchemaNode | undefined, item: Value) => {
    path.push(step)
    checkNode(below, item, path, list)
    path.pop()
  }
  const shape = shapeOf(node)
  if (!checkType(shape, value, path, list)) return
  if (Array.isArray(value)) {
    const items = value as readonly Value[]
    if (shape.minItems !== undefined && items.length < shape.minItems) {
      list.add({
        kind: 'value',
        effect: 'rejected',
        path,
        message: `\`${formatPath(path)}\` is an empty list, which the API server refuses.`,
      })
    }
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as Value
      if (item !== null) checkAt(i, shape.items, item)
      else if (shape.items !== undefined && shapeOf(shape.items).type !== undefined) {
        list.add({
          kind: 'type',
          effect: 'rejected',
          path: [...path, i],
          message: `\`${formatPath([...path, i])}\` is an empty list item, which the API server refuses.`,
          suggestion: 'Take the lone `-` away, or write the item.',
        })
      }
    }
    return
  }
  if (!isMap(value) || Object.hasOwn(value, '$patch')) return
  if (shape.additionalProperties !== undefined) {
    for (const key of Object.keys(value)) {
      if (!isTemplateKey(key)) checkAt(key, shape.additionalProperties, value[key] as Value)
    }
    return
  }
  const fields = shape.properties
  if (fields === undefined) return
  for (const name of shape.required ?? []) {
    if (isWritten(value[name]) || shapeOf(fields[name]).default !== undefined) continue
    if (Object.keys(value).some(isTemplateKey)) continue
    list.add({
      kind: 'missing',
      effect: 'rejected',
      path: [...path, name],
      at: 'key',
      message: `\`${formatPath(path)}\` lacks \`${name}\`, without which the API server refuses the object.`,
    })
  }
  checkCount(shape, value, path, list)
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(fields, key)) checkAt(key, fields[key], value[key] as Value)
  }
}

/** So many fields of one object are put where they belong: each problem looks among them, and what was shifted as a whole is told by the first. */
const MOST_MOVES = 300

/** Whether a manifest can be held against a schema at all: a template or a strategic merge patch is none yet. */
export function isWhole(manifest: Manifest): boolean {
  return !isTemplateGarbage(manifest.body) && !isPatch(manifest.body)
}

/** Holds a manifest against the CRD schema of its kind and version. Nulls count as unset, as the API server drops them. */
export function checkStructure(manifest: Manifest, schema: KindSchema, newest: KindSchema = schema): Structure {
  const root = rootNode(schema)
  const isNewer = (path: FieldPath): boolean => newest !== schema && nodeAt(newest, path) !== undefined
  const unknown = findUnknownFields(root, manifest.body, isNewer)
  const moves: Move[] = []
  const draft = draftOf(manifest.body)
  for (const field of unknown) {
    if (moves.length === MOST_MOVES) break
    const value = valueAt(manifest.body, field.path)
    if (field.to === undefined || !field.fits || value === undefined) continue
    if (isWritten(valueAt(draft.value, field.to))) continue
    draft.set(field.path, undefined)
    draft.set(field.to, value)
    moves.push({ from: field.path, to: field.to })
  }
  const fixed = isMap(draft.value) ? draft.value : manifest.body
  // Unknown fields are told where they stand, hence without moves.
  const list = problemList(manifest)
  describeUnknown(manifest, unknown, moves, fixed, list)
  // A field that was named but could not be moved explains what is missing there.
  const explained = new Set(unknown.flatMap((field) => (field.to && !field.fits ? [formatPath(field.to)] : [])))
  const shape = problemList(manifest, moves)
  checkNode(root, fixed, [], shape)
  const rest = shape.problems.filter(
    (problem) => !(problem.kind === 'missing' && explained.has(formatPath(problem.path))),
  )
  return {
    problems: [...list.problems, ...rest],
    unlisted: [...list.unlisted, ...shape.unlisted],
    body: fixed,
    moves,
  }
}
