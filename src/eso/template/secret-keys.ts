import type { Manifest } from '../../model/manifest.ts'
import { nearestName } from '../../model/nearest-name.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import type { SubKeys } from '../../model/vault-state.ts'
import { isMap, listAt, mapAt, textAt, textsAt } from '../field-value.ts'
import { isGeneratorKind } from '../kinds.ts'
import { patchOver } from '../patched.ts'
import { extractKeys } from '../property/extract-keys.ts'
import { type NamedKeys, type Refusal, secretKeyNames } from './key-names.ts'
import { secretSpec } from './template-fields.ts'
import type { TemplateRead } from './template-reads.ts'

/** The keys of a Secret's data. */
export interface SecretKeys {
  readonly known: ReadonlySet<string>
  /** There may be more keys than the known ones. */
  readonly open: boolean
  /** Why it is open, or where the keys come from: a sentence part. */
  readonly because: string
  /** Items whose keys ESO refuses, whatever the values are; it then fails the whole object. */
  readonly failures?: readonly KeyFailure[]
}

/** An item of `dataFrom` whose keys cannot be written into a Secret. */
export interface KeyFailure {
  /** `['spec', 'dataFrom', 0]`. */
  readonly field: FieldPath
  /** What ESO says, after `error processing spec.dataFrom[0].extract, err: `. */
  readonly text: string
  /** A key is refused, or a `rewrite` cannot be run at all. */
  readonly by: 'key' | 'operation'
  /** The keys are those of every secret that a `find` matches: one that is deleted is not read. */
  readonly perhaps: boolean
}

/** What else is known than the manifest. */
export interface KeyLookups {
  /** Key names of the secret that the `extract` at `field` (`['spec','dataFrom',0]`) reads, where they could be seen. */
  readonly extract?: (field: FieldPath) => SubKeys | undefined
  /** Full names, `find.path` before them, of what the `find` at `field` certainly reads, where they could be seen. */
  readonly find?: (field: FieldPath) => readonly string[] | undefined
  /** The generator that a `generatorRef` names. */
  readonly generator?: (ref: { readonly kind: string; readonly name: string }) => Manifest | undefined
}

type Names = { readonly keys: NamedKeys } | { readonly open: string; readonly keys?: NamedKeys } | Refusal

const values = (names: readonly string[]): NamedKeys => new Map(names.map((name) => [name, null]))

/** Keys that a generator gives, where its fields decide them. */
function generatorKeys(ref: ValueMap, lookups: KeyLookups): Names {
  const kind = textAt(ref, 'kind') ?? ''
  const name = textAt(ref, 'name') ?? ''
  const generator = lookups.generator?.({ kind, name })
  if (generator === undefined || !isGeneratorKind(generator, kind)) {
    return {
      open: `generator ${kind} \`${name}\` is not in Git`,
      keys: values(kind === 'Password' ? ['password'] : []),
    }
  }
  const cluster = kind === 'ClusterGenerator'
  const real = cluster ? textAt(generator.body, 'spec', 'kind') : kind
  const at = (own: string): FieldPath => (cluster ? ['spec', 'generator', own] : ['spec'])
  if (real === 'Password') {
    const keys = textsAt(generator.body, ...at('passwordSpec'), 'secretKeys')
    return { keys: values(keys.length > 0 ? keys : ['password']) }
  }
  if (real === 'Fake') return { keys: values(Object.keys(mapAt(generator.body, ...at('fakeSpec'), 'data') ?? {})) }
  return { open: `what generator ${real ?? kind} \`${name}\` gives is not known beforehand` }
}

function extracted(extract: ValueMap, field: FieldPath, lookups: KeyLookups): Names {
  const key = textAt(extract, 'key') ?? ''
  if (textAt(extract, 'metadataPolicy') === 'Fetch')
    return { open: `the metadata of \`${key}\` is not known beforehand` }
  const keys = lookups.extract?.(field)
  if (keys === undefined) return { open: `the keys of \`${key}\` are known only to the Vault` }
  const found = extractKeys(keys, textAt(extract, 'property'))
  if ('keys' in found) return { keys: new Map(Object.entries(found.found)) }
  return { open: 'unknown' in found ? found.unknown : found.absent }
}

function dataFromKeys(item: ValueMap, field: FieldPath, lookups: KeyLookups): Names {
  const extract = mapAt(item, 'extract')
  const find = mapAt(item, 'find')
  const generator = mapAt(item, 'sourceRef', 'generatorRef')
  let names: Names = { keys: new Map() }
  if (find !== undefined) {
    const seen = lookups.find?.(field)
    names = seen === undefined ? { open: 'what `find` matches is known only to the Vault' } : { keys: values(seen) }
  } else if (extract !== undefined) names = extracted(extract, field, lookups)
  else if (generator !== undefined) names = generatorKeys(generator, lookups)
  if ('fails' in names) return names

  const rewrites = listAt(item, 'rewrite')
  if ('open' in names && rewrites.length > 0) return { open: names.open }
  // Conversion is done only for extract and find, and only without rewrite (eso.md §6.4).
  const strategy =
    find === undefined && extract === undefined ? undefined : textAt(find ?? extract, 'conversionStrategy')
  const convert = find === undefined && extract === undefined ? undefined : (strategy ?? 'Default')
  if ('open' in names) return names
  return secretKeyNames(names.keys, rewrites, convert)
}

/**
 * The keys that an ExternalSecret's `data` and `dataFrom` give, which is what its templates may read (eso.md §6.4). Whatever only
 * a Vault, a generator or a patch decides makes the set open.
 */
export function secretKeys(manifest: Manifest, lookups: KeyLookups = {}): SecretKeys {
  const found = secretSpec(manifest)
  const known = new Set<string>()
  const reasons: string[] = []
  const failures: KeyFailure[] = []
  if (found === undefined) return { known, open: true, because: 'nothing is known of it' }
  const { spec, path } = found
  if (!manifest.kind.endsWith('ExternalSecret')) {
    return { known, open: true, because: 'the keys are those of the source Secret' }
  }
  const patch = patchOver(manifest, [...path, 'data'], [...path, 'dataFrom'])
  if (patch !== undefined) reasons.push('a patch changes its data')
  for (const name of ['data', 'dataFrom'] as const) {
    const value: Value | undefined = spec[name]
    if (typeof value === 'string') reasons.push(`\`${name}\` is filled in elsewhere`)
  }
  for (const item of listAt(spec, 'data')) {
    const key = textAt(item, 'secretKey')
    if (key === undefined) continue
    known.add(key)
    if (key.includes('${')) reasons.push(`the key \`${key}\` holds a variable`)
  }
  for (const [i, item] of listAt(spec, 'dataFrom').entries()) {
    if (!isMap(item)) continue
    const field = [...path, 'dataFrom', i]
    const names = dataFromKeys(item, field, lookups)
    if ('fails' in names) {
      failures.push({ field, text: names.fails, by: names.by, perhaps: mapAt(item, 'find') !== undefined })
      reasons.push(`the keys of \`dataFrom[${i}]\` are refused`)
      continue
    }
    for (const name of names.keys?.keys() ?? []) known.add(name)
    if ('open' in names) reasons.push(names.open)
    // `extract:` with its `key` beside it: the fix will bring keys that nobody knows yet (field.md §2 W1).
    else if (item.extract === null || item.find === null)
      reasons.push(`\`dataFrom[${i}]\` has no source as it is written`)
  }
  const [reason] = reasons
  return {
    known,
    open: reason !== undefined,
    because: reason ?? 'all its keys are told by `data` and `dataFrom`',
    failures,
  }
}

/** A key that a template reads and nothing gives. */
export interface MissingKey {
  readonly read: TemplateRead
  readonly nearest?: string
}

/** Reads that find nothing. Empty when the set is open; a guarded read finds nothing where the template comes to it. */
export function missingTemplateKeys(reads: readonly TemplateRead[], keys: SecretKeys): readonly MissingKey[] {
  if (keys.open) return []
  return reads
    .filter((read) => !keys.known.has(read.key))
    .map((read) => {
      const nearest = nearestName(read.key, keys.known)
      return { read, ...(nearest === undefined ? {} : { nearest }) }
    })
}
