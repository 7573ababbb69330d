import { isClusterScoped } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import { hasHole } from '../../model/placeholders.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, valueAt } from '../field-value.ts'
import { formatPath } from './field-path.ts'
import type { ProblemList } from './problem-list.ts'
import { isTemplateKey } from './undecided.ts'

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const NAME_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/

const MOST_ANNOTATION_BYTES = 256 * 1024

/** What Kubernetes' own validation says of a name, a namespace, labels and annotations (apimachinery's ValidateObjectMeta). */
export function checkMetadata(manifest: Manifest, body: ValueMap, list: ProblemList): void {
  const metadata = body.metadata ?? {}
  if (!isMap(metadata)) return
  checkName(metadata, list)
  checkNamespace(manifest, metadata, list)
  for (const key of Object.keys(mapIn(metadata, 'labels'))) checkKey(key, ['metadata', 'labels', key], key, list)
  for (const [key, value] of Object.entries(mapIn(metadata, 'labels'))) {
    const wrong = typeof value === 'string' && !hasHole(value) ? labelValueFault(value) : undefined
    if (wrong === undefined) continue
    refuse(list, ['metadata', 'labels', key], `the label's value is ${JSON.stringify(value)}, and ${wrong}`)
  }
  let bytes = 0
  for (const [key, value] of Object.entries(mapIn(metadata, 'annotations'))) {
    // Annotation keys may be written in capitals.
    checkKey(key, ['metadata', 'annotations', key], key.toLowerCase(), list)
    bytes += new TextEncoder().encode(key + (typeof value === 'string' ? value : '')).length
  }
  if (bytes > MOST_ANNOTATION_BYTES)
    refuse(list, ['metadata', 'annotations'], 'all annotations together are longer than 262144 bytes')
  for (const [i, finalizer] of listAt(metadata, 'finalizers').entries())
    if (typeof finalizer === 'string') checkKey(finalizer, ['metadata', 'finalizers', i], finalizer, list)
  for (const [i, owner] of listAt(metadata, 'ownerReferences').entries()) {
    for (const name of ['apiVersion', 'kind', 'name', 'uid']) {
      const value = valueAt(owner, [name])
      if (isMap(owner) && (value === undefined || value === null || value === ''))
        refuse(
          list,
          ['metadata', 'ownerReferences', i, name],
          'an owner needs apiVersion, kind, name and uid',
          'missing',
        )
    }
  }
}

function refuse(list: ProblemList, path: FieldPath, what: string, kind: 'value' | 'missing' = 'value'): void {
  list.add({
    kind,
    effect: 'rejected',
    path,
    at: kind === 'missing' || path.length > 2 ? 'key' : 'value',
    message: `\`${formatPath(path)}\`: ${what}. The API server refuses the object.`,
  })
}

function mapIn(metadata: ValueMap, name: string): ValueMap {
  const value = metadata[name]
  return isMap(value) ? value : {}
}

function checkName(metadata: ValueMap, list: ProblemList): void {
  const { name, generateName } = metadata
  if (isEmpty(name)) {
    if (typeof generateName === 'string' && generateName !== '') return
    refuse(list, ['metadata', 'name'], 'the object has no name', 'missing')
  } else if (typeof name === 'string' && !hasHole(name)) {
    const wrong = name.length > 253 ? 'a name has at most 253 characters' : subdomainFault(name)
    if (wrong !== undefined) refuse(list, ['metadata', 'name'], `the name is ${shortened(name)}, and ${wrong}`)
  }
}

function checkNamespace(manifest: Manifest, metadata: ValueMap, list: ProblemList): void {
  const { namespace } = metadata
  // Nothing asks for the namespace of an object that lives in none.
  if (typeof namespace !== 'string' || namespace === '' || hasHole(namespace) || isClusterScoped(manifest.kind)) return
  const wrong =
    namespace.length > 63
      ? 'the name of a namespace has at most 63 characters'
      : LABEL.test(namespace)
        ? undefined
        : 'the name of a namespace may hold only lower-case letters, digits and `-`, with a letter or digit at both ends'
  if (wrong !== undefined)
    refuse(list, ['metadata', 'namespace'], `the namespace is ${shortened(namespace)}, and ${wrong}`)
}

function subdomainFault(name: string): string | undefined {
  return SUBDOMAIN.test(name)
    ? undefined
    : 'a name may hold only lower-case letters, digits, `-` and `.`, with a letter or digit at both ends'
}

function labelValueFault(value: string): string | undefined {
  if (new TextEncoder().encode(value).length > 63) return 'may have at most 63 bytes'
  return value === '' || NAME_PART.test(value)
    ? undefined
    : 'may hold only letters, digits, `-`, `_` and `.`, with a letter or digit at both ends'
}

/** Keys of labels, annotations and finalizers: `name` or `prefix/name`. */
function checkKey(written: string, path: FieldPath, key: string, list: ProblemList): void {
  if (isTemplateKey(written) || hasHole(written)) return
  const parts = key.split('/')
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  const wrong =
    parts.length > 2
      ? 'has more than one `/`'
      : name === ''
        ? 'has no name after the `/`'
        : name.length > 63
          ? 'has a name of more than 63 characters'
          : !NAME_PART.test(name)
            ? 'may hold only letters, digits, `-`, `_` and `.`, with a letter or digit at both ends'
            : prefix !== undefined && (prefix.length > 253 || !SUBDOMAIN.test(prefix))
              ? 'has a prefix that is no domain name'
              : undefined
  if (wrong !== undefined) refuse(list, path, `the key ${shortened(written)} ${wrong}`)
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text)
}

function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || value === ''
}
