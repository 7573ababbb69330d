import type { FailsWith } from '../../model/eso-failure.ts'
import { holeReason, type ManifestReason, type PatchReason, type StoreReason } from '../../model/reason.ts'
import type { EsoOperation, FindQuery, PushEntry, Reference, Skipped } from '../../model/reference.ts'
import type { Span } from '../../model/span.ts'
import type { GeneratorKind, StoreResolution, VaultStore } from '../../model/store.ts'
import type { FieldPath } from '../../model/value.ts'
import { textAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { isGenerator, providerOf, providerPath } from '../provider.ts'
import { loginFailureOf } from '../read-store.ts'
import type { Requests } from './access.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'
import type { StoreRef, Usage } from './usage.ts'

/** What an item of a manifest asks for, before it is known which store answers. */
export interface ReferenceParts {
  readonly operation: EsoOperation
  readonly field: FieldPath
  readonly span: Span
  readonly key: string
  readonly property?: string | undefined
  readonly propertySpan?: Span | undefined
  readonly version?: string | undefined
  readonly find?: FindQuery | undefined
  readonly push?: PushEntry | undefined
  readonly proposed?: boolean
  /** ESO fails whatever the store. */
  readonly failsWith?: FailsWith | undefined
  /** Why the key cannot be told, beside variables and patches. */
  readonly unknown?: ManifestReason | undefined
}

export interface Through {
  readonly storeRef: StoreRef | undefined
  readonly generatorRef?: { readonly kind: GeneratorKind; readonly name: string; readonly span: Span }
  readonly usage: Usage
}

const NONE: readonly never[] = []

/** Puts a reference together; `requests` says what is sent once the store is known. */
export function makeReference(
  consumer: Consumer,
  parts: ReferenceParts,
  { storeRef, generatorRef, usage }: Through,
  context: Context,
  requests: (store: VaultStore) => Requests,
  skipped: Skipped | undefined,
): Reference {
  const { store } = usage
  const vault = store.found === 'vault' ? store.store : undefined
  // What a patch sets is not what stands here: neither a denial nor a pass could be told by it.
  const isPatched = patchesRequests(consumer, parts.field) || patchedPath(store) !== undefined
  const sent = vault === undefined || parts.unknown !== undefined || isPatched ? undefined : requests(vault)
  const keyHoles = [...context.holesOf(parts.key), ...context.holesOf(parts.find?.path ?? '')]
  const pathHoles = vault === undefined || generatorRef !== undefined ? [] : holesInPath(vault, context)
  return {
    manifest: consumer.manifest,
    operation: parts.operation,
    field: parts.field,
    span: parts.span,
    storeRef,
    generatorRef,
    namespaces: usage.namespaces,
    condition: usage.condition,
    skipped,
    store,
    identity: usage.identity,
    key: parts.key,
    property: parts.property,
    propertySpan: parts.propertySpan,
    version: parts.version,
    find: parts.find,
    push: parts.push,
    deletionPolicy: deletionPolicyOf(consumer),
    accesses: sent?.accesses ?? NONE,
    failsWith: parts.failsWith ?? (vault === undefined ? undefined : loginFailureOf(vault)) ?? sent?.failsWith,
    holes: keyHoles.length + pathHoles.length === 0 ? NONE : [...new Set([...keyHoles, ...pathHoles])],
    notChecked:
      patchOver(consumer.manifest, parts.field) ??
      parts.unknown ??
      holeReason('key', keyHoles) ??
      notResolved(store, generatorRef === undefined ? 'store' : 'generator') ??
      holeReason('store-path', pathHoles) ??
      patchedPath(store),
    proposed: parts.proposed ?? false,
  }
}

/** Fields of an item that change what is made of an answer, never what is asked. */
const HARMLESS = new Set(['property', 'secretKey', 'conversionStrategy', 'decodingStrategy', 'nullBytePolicy'])

/** Whether a patch that could not be applied may change the requests of an item. */
function patchesRequests({ manifest, makes }: Consumer, field: FieldPath): boolean {
  if (manifest.patched.length === 0) return false
  const others = manifest.patched.filter(
    ({ path }) => makes !== 'ExternalSecret' || path.length <= field.length || !HARMLESS.has(String(path.at(-1))),
  )
  return patchOver({ ...manifest, patched: others }, field) !== undefined
}

function holesInPath(store: VaultStore, { holesOf }: Context): readonly string[] {
  const version = store.holes.filter((hole) => versionText(store).includes(hole))
  return [...holesOf(store.path ?? ''), ...version]
}

function versionText(store: VaultStore): string {
  return textAt(providerOf(store), 'version') ?? ''
}

/** Why a resolution gives no Vault store to go by; `undefined` when it does. */
function notResolved(store: StoreResolution, what: 'store' | 'generator'): StoreReason | undefined {
  switch (store.found) {
    case 'vault':
      return undefined
    case 'foreign':
      return { code: 'store-foreign', what, provider: store.store.provider }
    case 'duplicate':
      return { code: 'store-duplicate', what, places: store.stores.map(({ manifest }) => manifest.span) }
    case 'absent':
      return { code: 'store-absent', what }
    case 'unknown':
      return { code: 'store-unknown', what, because: store.because }
  }
}

/** A patch on how a store logs in leaves the paths as they are; one on its mount does not. */
function patchedPath(resolution: StoreResolution): PatchReason | undefined {
  if (resolution.found !== 'vault') return undefined
  const { store, copies = [] } = resolution
  const stores = [store, ...copies]
  if (stores.every(({ manifest }) => manifest.patched.length === 0)) return undefined
  const at = providerPath(store)
  const fields = isGenerator(store)
    ? [
        [...at, 'namespace'],
        [...at.slice(0, -1), 'path'],
        [...at.slice(0, -1), 'method'],
      ]
    : [
        [...at, 'path'],
        [...at, 'version'],
        [...at, 'namespace'],
        [...at, 'checkAndSet'],
      ]
  const [patch] = stores.flatMap(({ manifest }) => patchOver(manifest, ...fields) ?? [])
  return patch === undefined ? undefined : { ...patch, of: { kind: store.kind, name: store.name } }
}

function deletionPolicyOf(consumer: Consumer): Reference['deletionPolicy'] {
  if (consumer.makes !== 'ExternalSecret') return 'Retain'
  const policy = (consumer.spec.target as { deletionPolicy?: unknown } | null | undefined)?.deletionPolicy
  return policy === 'Delete' || policy === 'Merge' ? policy : 'Retain'
}
