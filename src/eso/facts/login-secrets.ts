import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { VaultStore } from '../../model/store.ts'
import type { FieldPath } from '../../model/value.ts'
import { mapAt, textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { refNamespace } from '../identity.ts'
import { isCoreKind } from '../kinds.ts'
import { patchOver } from '../patched.ts'
import { providerOf, providerPath } from '../provider.ts'
import { STORE_REFS } from '../schema/store-refs.ts'
import { allKeys, producedSecrets } from './produced-secrets.ts'

/** A Secret or ConfigMap that a store reads to log in or to trust the server, and that does not serve as it stands in Git. */
export interface UnusableLoginSecret {
  /**
   * `elsewhere`: Git has one of that name, and not in the namespace where ESO looks · `key-absent`: the one that it finds has other
   * keys · `newline`: the value ends in a line break, which ESO passes on.
   */
  readonly problem: 'elsewhere' | 'key-absent' | 'newline'
  readonly store: VaultStore
  readonly of: 'Secret' | 'ConfigMap'
  /** Of the reference: `spec.provider.vault.auth.tokenSecretRef`. */
  readonly field: FieldPath
  readonly span: Span
  readonly name: string
  readonly key: string
  /** Where ESO looks. */
  readonly namespace: string
  /** The one that is meant. */
  readonly declared: Declared
  /** A static token is refused before it is sent, everything else by the server. */
  readonly isToken: boolean
}

interface Declared {
  readonly manifest: Manifest
  readonly namespace: string | undefined
  /** `undefined`: Git does not tell them all. */
  readonly keys: readonly string[] | undefined
}

interface LoginRef {
  readonly path: FieldPath
  readonly of: 'Secret' | 'ConfigMap'
  readonly name: string
  readonly key: string
  /** Text that is sent as it is; certificates may end in a line break. */
  readonly isText: boolean
}

/**
 * What stores of one cluster read from Kubernetes for the namespaces that use them, where Git declares it (eso.md §5.3). Nothing is
 * said of a name that Git does not have at all: it may be made by hand. Names and shapes only, never a value.
 */
export function unusableLoginSecrets(
  manifests: readonly Manifest[],
  uses: readonly { readonly store: VaultStore; readonly namespaces: readonly string[] }[],
): readonly UnusableLoginSecret[] {
  if (uses.every(({ store }) => refsOf(store).length === 0)) return []
  const secrets = producedSecrets(manifests, textHoles).flatMap(({ by, namespace, name, keys, creation }) =>
    creation === 'None' ? [] : [[name, { manifest: by, namespace, keys: allKeys(keys) }] as const],
  )
  const maps = manifests
    .filter((manifest) => isCoreKind(manifest, 'ConfigMap'))
    .map((manifest) => [manifest.name, { manifest, namespace: manifest.namespace, keys: keysOf(manifest) }] as const)
  const found: UnusableLoginSecret[] = []
  for (const { store, namespaces } of uses) {
    for (const ref of refsOf(store)) {
      const all = (ref.of === 'Secret' ? secrets : maps).flatMap(([name, one]) => (name === ref.name ? [one] : []))
      for (const namespace of lookedAt(store, ref, namespaces)) found.push(...judge(store, ref, namespace, all))
    }
  }
  return distinct(found)
}

/** The Secrets that stores read to log in or to trust the server, each where ESO looks for it. */
export function* loginSecrets(
  uses: readonly { readonly store: VaultStore; readonly namespaces: readonly string[] }[],
): Iterable<{ readonly store: VaultStore; readonly span: Span; readonly name: string; readonly namespace: string }> {
  for (const { store, namespaces } of uses)
    for (const ref of refsOf(store)) {
      if (ref.of !== 'Secret') continue
      const span = store.manifest.spanOf([...providerPath(store), ...ref.path], 'key')
      for (const namespace of lookedAt(store, ref, namespaces)) yield { store, span, name: ref.name, namespace }
    }
}

function judge(store: VaultStore, ref: LoginRef, namespace: string, all: readonly Declared[]): UnusableLoginSecret[] {
  const { of, name, key } = ref
  const field = [...providerPath(store), ...ref.path]
  const span = store.manifest.spanOf(field, 'key')
  const isToken = ref.path.at(-1) === 'tokenSecretRef'
  const told = { store, of, field, span, name, key, namespace, isToken }
  const here = all.filter((one) => one.namespace === namespace)
  const [only, ...others] = here
  const result: UnusableLoginSecret[] = []
  const [meant] = here.length > 0 ? here : all
  if (meant === undefined) return []
  // One without a namespace in Git may be meant for any.
  if (only === undefined && all.every((one) => one.namespace !== undefined))
    result.push({ ...told, problem: 'elsewhere', declared: meant })
  if (only?.keys !== undefined && others.length === 0 && !only.keys.includes(key))
    result.push({ ...told, problem: 'key-absent', declared: only })
  if (ref.isText && meant.manifest.endsInNewline?.includes(key) === true)
    result.push({ ...told, problem: 'newline', declared: meant })
  return result
}

/** The references of the method that ESO uses, of `tls` and of `caProvider`. */
function refsOf(store: VaultStore): LoginRef[] {
  const provider = providerOf(store)
  const at = providerPath(store)
  const method = store.auth?.method
  const refs = STORE_REFS.flatMap(({ path, of, needsKey }): LoginRef[] => {
    if (of !== 'Secret' || (path[0] === 'auth' && path[1] !== method)) return []
    // `roleRef` counts only without a `roleId` (eso.md §5.2).
    if (path[2] === 'roleRef' && textAt(provider, 'auth', 'appRole', 'roleId')) return []
    const ref = mapAt(provider, ...path)
    const name = textAt(ref, 'name')
    const key = textAt(ref, 'key') ?? (needsKey ? undefined : 'token')
    if (!name || !key) return []
    return [{ path, of, name, key, isText: path[0] === 'auth' && path[1] !== 'cert' }]
  })
  // `caBundle` wins (eso.md §5.4).
  const ca = textAt(provider, 'caBundle') ? undefined : mapAt(provider, 'caProvider')
  const [name, key] = [textAt(ca, 'name'), textAt(ca, 'key')]
  if (name && key) {
    const of = textAt(ca, 'type') === 'ConfigMap' ? 'ConfigMap' : 'Secret'
    refs.push({ path: ['caProvider'], of, name, key, isText: false })
  }
  return refs.filter(
    ({ path, name: text, key: part }) =>
      textHoles(text).length + textHoles(part).length === 0 &&
      patchOver(store.manifest, [...at, ...path]) === undefined,
  )
}

function lookedAt(store: VaultStore, { path }: LoginRef, namespaces: readonly string[]): readonly string[] {
  const ref = mapAt(providerOf(store), ...path) ?? {}
  const consumers = store.kind === 'SecretStore' ? [store.namespace] : namespaces
  const where = consumers.map((consumer) => refNamespace(store, ref, consumer))
  return [...new Set(where)].filter((one) => one !== undefined && textHoles(one).length === 0) as string[]
}

function keysOf(manifest: Manifest): readonly string[] | undefined {
  if (patchOver(manifest, ['data'], ['binaryData']) !== undefined) return undefined
  return ['data', 'binaryData'].flatMap((field) => Object.keys(mapAt(manifest.body, field) ?? {}))
}

/** A newline is one mistake, however many namespaces read the Secret. */
function distinct(found: readonly UnusableLoginSecret[]): readonly UnusableLoginSecret[] {
  const seen = new Set<string>()
  return found.filter(({ problem, store, field, namespace, declared, key }) => {
    const about =
      problem === 'newline'
        ? [problem, declared.manifest.span.file, declared.manifest.span.line, key]
        : [problem, store.manifest.span.file, store.manifest.span.line, field, namespace]
    const id = JSON.stringify(about)
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}
