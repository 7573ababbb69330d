import { isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { isMap, mapAt, stringAt, type Value, type ValueMap } from '../model/value.ts'
import { consumptionsOf } from '../workloads/consumptions.ts'

/** The names by which objects may have to do with others. */
export interface TouchedNames {
  /** Of Secrets and ConfigMaps; any object may use one. */
  readonly objects: ReadonlySet<string>
  /** Last segments of paths of Vault, which stand in every spelling of a path; only ESO's objects ask for them. */
  readonly paths: ReadonlySet<string>
  /** Of the objects themselves. */
  readonly namespaces: ReadonlySet<string>
}

/** Fields with the name of a Secret, a ConfigMap, or of labels that select them. */
const NAMES = new Set(['name', 'externalSecretName'])
const LABELS = new Set(['labels', 'matchLabels'])
const PATHS = new Set(['key', 'remoteKey', 'path'])
/** Stores and generators are read wherever they are. */
const READ_ANYWAY = new Set(['secretStoreRef', 'secretStoreRefs', 'storeRef', 'generatorRef', 'items'])
/** More names than a change of people's has: looking for all of them costs more than reading everything. */
const MOST = 300

/**
 * The names of these objects: whatever one object does to another goes through a name that both write.
 *
 * @returns `undefined` where a name is left open, so that it may be any, or where there are too many.
 */
export function touchedNames(manifests: Iterable<Manifest>): TouchedNames | undefined {
  const objects = new Set<string>()
  const paths = new Set<string>()
  const namespaces = new Set<string>()
  let isOpen = false
  const add = (into: Set<string>, text: string): void => {
    const literal = longestLiteral(text)
    if (literal === '') isOpen ||= text !== ''
    else into.add(literal)
  }
  const walk = (value: Value, key: string): void => {
    if (READ_ANYWAY.has(key)) return
    if (Array.isArray(value)) for (const item of value as readonly Value[]) walk(item, key)
    else if (isMap(value))
      for (const [name, below] of Object.entries(value))
        if (LABELS.has(name) && isMap(below)) for (const label of Object.values(below)) walk(label, 'name')
        else walk(below, name)
    else if (NAMES.has(key) && value !== null) add(objects, String(value))
    else if (PATHS.has(key) && value !== null) add(paths, String(value).replace(/\/+$/, '').split('/').at(-1) ?? '')
  }
  for (const manifest of manifests) {
    if (isEsoGroup(manifest.apiVersion) && manifest.namespace !== undefined) add(namespaces, manifest.namespace)
    for (const { name } of consumptionsOf(manifest)) add(objects, name)
    const { spec } = manifest.body
    if (!isEsoGroup(manifest.apiVersion)) {
      if (manifest.kind === 'Secret' || manifest.kind === 'ConfigMap' || MAKES_SECRETS.test(manifest.kind))
        add(objects, manifest.name)
      continue
    }
    if (stringAt(manifest.body, 'spec', 'target', 'name') === undefined) add(objects, manifest.name)
    if (spec !== undefined) walk(spec, '')
  }
  return isOpen || objects.size + paths.size > MOST ? undefined : { objects, paths, namespaces }
}

/** Kinds of other operators that make Secrets, most of them of their own name. */
const MAKES_SECRETS = /Secret|Certificate|Cluster|User|Claim|postgresql/

/** The names of Secrets and ConfigMaps that a store logs in with. */
export function loginNames(store: ValueMap): readonly string[] {
  const names: string[] = []
  const walk = (value: Value, key: string): void => {
    if (!isMap(value)) return
    if (/ref$|caProvider|clientCert/i.test(key) && !/serviceAccount/i.test(key) && typeof value.name === 'string')
      names.push(value.name)
    for (const [name, below] of Object.entries(value)) walk(below, name)
  }
  walk(mapAt(store, 'spec', 'provider') ?? {}, '')
  return names
}

/** Of a text with variables or template actions the longest part that stands as it is. */
function longestLiteral(text: string): string {
  return text
    .split(/\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}|<[^>]*>/)
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

/** Whether a text holds one of the names, as a word of its own; in a text with escapes anything may stand before it. */
export function holdsName(text: string, names: ReadonlySet<string>): boolean {
  if (!hasName(text, names)) return false
  return !STORE_REF.test(text) || hasName(text.replaceAll(STORE_REFS, ''), names)
}

/** What names a store, in block style. */
const STORE_REF = /(?:secretStoreRefs?|storeRef)["']?:[^\S\n]*\n(?:[^\S\n]*(?:- )?(?:kind|name):[^\n]*\n){1,2}/
const STORE_REFS = new RegExp(STORE_REF, 'g')

function hasName(text: string, names: ReadonlySet<string>): boolean {
  const isEscaped = text.includes('\\')
  for (const name of names)
    for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1))
      if (isEscaped || !(isWord(text, at - 1) || isWord(text, at + name.length))) return true
  return false
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 45 ||
    code === 95
  )
}
