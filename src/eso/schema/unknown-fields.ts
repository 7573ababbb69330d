import { lookUp } from '../../model/look-up.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, valueAt } from '../field-value.ts'
import { fieldsOf, shapeOf } from './schema-lookup.ts'
import type { SchemaNode, SchemaShape } from './schema-node.ts'
import { isTemplateGarbage, isTemplateKey } from './undecided.ts'

/** An unknown field and what to make of it. */
export interface UnknownField {
  readonly path: FieldPath
  /** Where it was meant to stand: renamed, under a sibling, or further up. `undefined`: nobody knows. */
  readonly to?: FieldPath
  /** How `to` was found. */
  readonly how?: 'indent' | 'nest' | 'lift' | 'rename'
  /** The field that is meant stands there already. */
  readonly twin?: string
  /** `false`: the value does not fit at `to` (a list is wanted), so it is named but not moved. */
  readonly fits: boolean
}

/** Names people take from the neighbour kind or method (eso.md §6.8), by the field that holds them. */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kubernetes: { path: 'mountPath', mount: 'mountPath' },
  appRole: { mountPath: 'path' },
  ldap: { mountPath: 'path' },
  userPass: { mountPath: 'path' },
  jwt: { mountPath: 'path' },
  cert: { mountPath: 'path' },
  iam: { mountPath: 'path' },
  gcp: { mountPath: 'path' },
  remoteRef: { remoteKey: 'key', key: 'remoteKey' },
  extract: { remoteKey: 'key' },
  spec: { refreshInterval: 'refreshTime', secretStoreRef: 'secretStoreRefs', secretStoreRefs: 'secretStoreRef' },
}

/** Fields that two fields below have, and which of them is meant. */
const MEANT_BELOW: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  // A generatorRef would need a kind too.
  selector: { name: ['secret', 'name'] },
}

/** So many unknown fields of one object are explained; more of them than that are not told one by one. */
const MOST_EXPLAINED = 2000

/** A map on the way down: its fields and its value. */
interface Level {
  readonly path: FieldPath
  /** One field excludes the others (providers): none of them is where something else belongs. */
  readonly choice: boolean
  readonly fields: Readonly<Record<string, SchemaNode>>
  readonly value: ValueMap
}

/** A level while it is passed: nearly all of them are never told. */
interface Way extends Omit<Level, 'path'> {
  readonly length: number
  readonly above: Way | undefined
}

const levelOf = ({ length, choice, fields, value }: Way, path: FieldPath): Level => ({
  path: path.slice(0, length),
  choice,
  fields,
  value,
})

/** So far up a field may have been meant to stand. */
const HIGHEST = 3

function levelsAbove({ above }: Way, path: FieldPath): Level[] {
  const levels: Level[] = []
  for (let way = above; way !== undefined && levels.length < HIGHEST; way = way.above) levels.push(levelOf(way, path))
  return levels
}

const has = (fields: object, name: string): boolean => Object.hasOwn(fields, name)
const isUnset = (value: Value | undefined): boolean =>
  value === undefined || value === null || (isMap(value) && Object.keys(value).length === 0)

function fits(node: SchemaNode | undefined, value: Value): boolean {
  const { type } = shapeOf(node)
  if (type === undefined) return true
  if (type === 'object') return isMap(value)
  if (type === 'array') return Array.isArray(value)
  return !isMap(value) && !Array.isArray(value)
}

/** Map-valued fields of a level that are not lists. */
function children(level: Level): [name: string, fields: Readonly<Record<string, SchemaNode>>][] {
  return Object.entries(level.fields).flatMap(([name, node]) => {
    const fields = fieldsOf(shapeOf(node))
    return fields === undefined ? [] : [[name, fields] as [string, Readonly<Record<string, SchemaNode>>]]
  })
}

/** The one place one or two levels down that has a field of this name. */
function nested(level: Level, key: string, depth: number): FieldPath | undefined {
  const direct = children(level).filter(([name, fields]) => {
    const child = level.value[name]
    return has(fields, key) && (child === undefined || child === null || (isMap(child) && isUnset(child[key])))
  })
  const written = direct.filter(([name]) => level.value[name] !== undefined)
  const choice = written.length === 1 ? written : direct
  if (choice.length === 1 && choice[0]) return [...level.path, choice[0][0], key]
  if (direct.length > 0 || depth === 0) return undefined
  const deeper = children(level).flatMap(([name, fields]) => {
    const child = level.value[name]
    if (child !== undefined && !isMap(child)) return []
    const found = nested({ path: [...level.path, name], choice: false, fields, value: child ?? {} }, key, depth - 1)
    return found === undefined ? [] : [found]
  })
  return deeper.length === 1 ? deeper[0] : undefined
}

function nodeAt(fields: Readonly<Record<string, SchemaNode>>, names: FieldPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = { type: 'object', properties: fields }
  for (const name of names) node = typeof name === 'string' ? fieldsOf(shapeOf(node))?.[name] : undefined
  return node
}

function explain(level: Level, above: readonly Level[], key: string): UnknownField {
  const value = level.value[key] ?? null
  const path = [...level.path, key]
  const placed = (how: UnknownField['how'], at: Level, names: FieldPath): UnknownField => ({
    path,
    to: [...at.path, ...names],
    ...(how === undefined ? {} : { how }),
    fits: fits(nodeAt(at.fields, names), value),
  })

  // `extract:` with nothing below it, and what belongs below beside it: wrong indentation (field.md §2 W1).
  for (const [name, fields] of children(level)) {
    if (level.value[name] === null && has(fields, key)) return placed('indent', level, [name, key])
  }
  // `argocd.argoproj.io/sync-wave` in `metadata` itself: keys with a prefix are annotations, those of the recommended labels labels.
  if (level.path.length === 1 && level.path[0] === 'metadata' && key.includes('/') && !isMap(value)) {
    const holders = key.startsWith('app.kubernetes.io/') ? ['labels'] : ['annotations']
    if (isUnset(valueAt(level.value, [...holders, key]))) return placed('nest', level, [...holders, key])
  }
  const holder = level.path.at(-1)
  const alias = typeof holder === 'string' ? lookUp(lookUp(ALIASES, holder) ?? {}, key) : undefined
  if (alias !== undefined && has(level.fields, alias)) {
    return isUnset(level.value[alias]) ? placed('rename', level, [alias]) : { path, fits: false }
  }
  // `extract: null` may have been renamed by hand: a typo in the name comes before a wrong place.
  const free = Object.keys(level.fields).filter((name) => level.value[name] === undefined)
  const near = nearestName(key, free)
  if (near !== undefined) return placed('rename', level, [near])

  const below = typeof holder === 'string' ? MEANT_BELOW[holder]?.[key] : undefined
  if (below !== undefined && isUnset(valueAt(level.value, below))) return placed('nest', level, below)
  const lifted = above.find((candidate) => !candidate.choice && has(candidate.fields, key))
  if (lifted && lifted.value[key] === undefined) return placed('lift', lifted, [key])
  const down = nested(level, key, 1)
  if (down !== undefined) return placed('nest', level, down.slice(level.path.length))
  const twin = nearestName(key, Object.keys(level.fields))
  return { path, fits: false, ...(twin === undefined ? {} : { twin }) }
}

/**
 * Every field of `body` that the schema does not know, outermost first. Skipped are keys that a template or a variable stands
 * for, `$patch`, and everything below them. `isNewer`: a later release has the field there, so that it is no slip.
 */
export function findUnknownFields(
  root: SchemaShape,
  body: ValueMap,
  isNewer: (path: FieldPath) => boolean = () => false,
): readonly UnknownField[] {
  const found: UnknownField[] = []
  // The way to what is looked at; whoever keeps it takes a copy.
  const path: (string | number)[] = []
  const visitAt = (
    step: string | number,
    node: SchemaNode | undefined,
    value: Value | undefined,
    above: Way | undefined,
  ) => {
    path.push(step)
    visit(node, value, above)
    path.pop()
  }
  const visit = (node: SchemaNode | undefined, value: Value | undefined, above: Way | undefined) => {
    const shape = shapeOf(node)
    if (shape.type === 'array' && Array.isArray(value)) {
      ;(value as readonly Value[]).forEach((item, i) => {
        visitAt(i, shape.items, item, above)
      })
      return
    }
    if (!isMap(value) || isTemplateGarbage(value) || has(value, '$patch')) return
    if (shape.additionalProperties !== undefined) {
      for (const key of Object.keys(value)) visitAt(key, shape.additionalProperties, value[key], undefined)
      return
    }
    const fields = shape.properties
    if (fields === undefined) return
    const here: Way = { length: path.length, choice: shape.maxProperties === 1, fields, value, above }
    for (const key of Object.keys(value)) {
      if (has(fields, key)) visitAt(key, fields[key], value[key], here)
      else if (shape.open !== true && !isTemplateKey(key)) {
        const at = [...path, key]
        const plain = found.length >= MOST_EXPLAINED || isNewer(at)
        found.push(plain ? { path: at, fits: false } : explain(levelOf(here, path), levelsAbove(here, path), key))
      }
    }
  }
  visit(root, body, undefined)
  return found
}
