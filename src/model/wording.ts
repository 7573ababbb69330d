import type { Manifest } from './manifest.ts'
import type { Reference } from './reference.ts'

/** `ExternalSecret backstage/app`; the namespace is left out where the kind has none or Git does not tell it. */
export function nameManifest(manifest: Manifest): string {
  if (manifest.name === '') return `${manifest.kind} without a name`
  return manifest.namespace === undefined
    ? `${manifest.kind} ${manifest.name}`
    : `${manifest.kind} ${manifest.namespace}/${manifest.name}`
}

/** `spec.data[0].remoteRef`: the way people write a field's place. */
export function nameField(path: readonly (string | number)[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('')
}

/** `ExternalSecret backstage/app, spec.dataFrom[0]`; `object`: how the manifest is called, where that is more than its name. */
export function nameReference(reference: Reference, object = nameManifest(reference.manifest)): string {
  return `${object}, ${nameField(reference.field)}`
}

/** A sentence part as the beginning of a sentence. */
export function upper(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** With a full stop, where the text does not end in a mark of its own. */
export function asSentence(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`
}

/** `1 reference`, `2 references`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** As many other objects of the same lines are named; more of them are counted. */
const NAMED = 3

/** ` (and b/db)`, ` (and 11 more objects from the same lines)`, or nothing. `first`: the object that is named before them. */
export function andOthers(also: readonly Manifest[], first: Manifest): string {
  if (also.length === 0) return ''
  if (also.length > NAMED) return ` (and ${counted(also.length, 'more object', 'more objects')} from the same lines)`
  return ` (and ${listed(also.map((one) => withoutKind(one, first)))})`
}

/** `ExternalSecret a/db, b/db and c/db`, `ExternalSecret a/db and 11 more objects from the same lines`. */
export function nameTogether(first: Manifest, also: readonly Manifest[]): string {
  const others =
    also.length > NAMED
      ? [`${counted(also.length, 'more object')} from the same lines`]
      : also.map((one) => withoutKind(one, first))
  return listed([nameManifest(first), ...others])
}

function withoutKind(manifest: Manifest, { kind }: Manifest): string {
  const name = nameManifest(manifest)
  return manifest.kind === kind ? name.slice(kind.length + 1) : name
}

/** `, for 3 references`: how many a cause breaks; nothing when the store is not used. */
export function forReferences(count: number): string {
  return count === 0 ? '' : `, for ${counted(count, 'reference')}`
}

/** ` 3 references use it.`; nothing when the store is not used. */
export function usedBy(count: number): string {
  return count === 0 ? '' : ` ${counted(count, 'reference')} ${count === 1 ? 'uses' : 'use'} it.`
}
