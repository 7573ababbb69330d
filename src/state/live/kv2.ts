import type { Hidden, SecretFact } from '../../model/vault-state.ts'
import { type Answer, isObject } from './answer.ts'
import type { ListFolder } from './folders.ts'
import { type Asking, denied, grant, isNoRoute, lacking, orUnknown, unexpected } from './hidden.ts'
import type { MissingRight } from './live-state.ts'
import { join } from './paths.ts'
import type { Rights } from './rights.ts'
import { keysOfValue, toSubKeys } from './subkeys.ts'

export interface Kv2Question {
  readonly mount: string
  readonly key: string
  /** `undefined`: the current version. */
  readonly version: number | undefined
  readonly withKeys: boolean
  /** As in `WantedSecret`. */
  readonly withVersions?: true
}

export interface Kv2Asking extends Asking {
  readonly rights: Rights
  readonly list: ListFolder
  /** The metadata of a path, asked for at most once. */
  readonly metadata: (mount: string, key: string) => Promise<Answer | Hidden>
}

/** Reads metadata, each path at most once. */
export function metadataReader(asking: Asking): Kv2Asking['metadata'] {
  const seen = new Map<string, Promise<Answer | Hidden>>()
  return (mount, key) => {
    const path = join(mount, 'metadata', key)
    const known = seen.get(path) ?? orUnknown(asking, () => asking.client.read(path))
    seen.set(path, known)
    return known
  }
}

/**
 * What can be said of one secret of a KV v2 mount without its value (vault.md §4.8, §4.10): `subkeys` tells presence, state and key
 * names in one request; `metadata` tells presence and state; the parent folder's list only that a name is not there.
 */
export async function readKv2(asking: Kv2Asking, question: Kv2Question): Promise<SecretFact> {
  const { mount, key, version, withKeys } = question
  const { rights } = asking
  const subkeysPath = join(mount, 'subkeys', key)
  const metadataPath = join(mount, 'metadata', key)
  const keysRight = { path: subkeysPath, capability: 'read', purpose: `the key names of ${mount}/${key}` } as const
  const stateRight = { path: metadataPath, capability: 'read', purpose: `whether ${mount}/${key} exists` } as const

  let keysHidden: Hidden | undefined
  let lacksKeysRight = false
  if (withKeys || rights.may('read', metadataPath) === false) {
    const noting: Kv2Asking = {
      ...asking,
      missing: (right) => {
        lacksKeysRight = withKeys
        asking.missing(right)
      },
    }
    const told = await viaSubkeys(noting, subkeysPath, version, keysRight, withKeys)
    if (told.presence !== 'hidden') return question.withVersions ? withVersions(asking, question, told) : told
    keysHidden = told
  }
  // Subkeys would tell the state too: where their right is noted as missing, that one grant is enough.
  const metadata = await viaMetadata(lacksKeysRight ? { ...asking, missing: () => {} } : asking, question, stateRight)
  if (metadata.presence === 'hidden' && lacksKeysRight && keysHidden) return keysHidden
  if (metadata.presence !== 'present') return metadata
  if (!withKeys) return metadata
  const keys = await viaValue(asking, question)
  return keys ? { ...metadata, keys } : { ...metadata, keysHidden: keysHidden?.because ?? grant(keysRight) }
}

/** What `subkeys` told, and beside it the other versions, where the metadata may be read. */
async function withVersions(asking: Kv2Asking, { mount, key }: Kv2Question, told: SecretFact): Promise<SecretFact> {
  if (told.presence !== 'present' || asking.rights.may('read', join(mount, 'metadata', key)) === false) return told
  const answer = await asking.metadata(mount, key)
  if ('presence' in answer || answer.status !== 200 || answer.data === undefined) return told
  const state = stateOf(answer.data, undefined, asking.client.transport.surroundings.now())
  return state?.presence === 'present' && state.versions !== undefined ? { ...told, versions: state.versions } : told
}

/** Hidden here means "could not be told this way": the caller goes on to the metadata. */
async function viaSubkeys(
  asking: Kv2Asking,
  path: string,
  version: number | undefined,
  right: MissingRight,
  wanted: boolean,
): Promise<SecretFact> {
  // A right that nobody needs is not noted as missing.
  const noted: Asking = wanted ? asking : { ...asking, missing: () => {} }
  if (asking.rights.may('read', path) === false) return lacking(noted, right)
  const answer = await asking.client.read(path, version === undefined ? {} : { version })
  if (answer.status === 403) return denied(noted, 'GET', path, answer, right)
  if (isNoRoute(answer)) {
    return {
      presence: 'hidden',
      because: 'This server cannot show key names without values (subkeys came with Vault 1.10).',
    }
  }
  // 404 with nothing: never written, or metadata only; both read as absent.
  if (answer.status === 404 && answer.data === undefined) return { presence: 'absent' }
  const told = answer.status === 200 || answer.status === 404 ? answer.data?.metadata : undefined
  const state =
    isObject(told) && isCustomMetadata(told.custom_metadata)
      ? versionState(told, asking.client.transport.surroundings.now())
      : undefined
  if (!isObject(told) || state === undefined || !isVersion(told.version)) return unexpected(asking, 'GET', path, answer)
  const deletionTime = text(told.deletion_time)
  const deletion = deletionTime ? { deletionTime } : {}
  // 404 with metadata: the version was deleted; the time in it has passed, or it would be 200.
  if (answer.status === 404) {
    return { presence: told.destroyed === true ? 'destroyed' : 'deleted', currentVersion: told.version, ...deletion }
  }
  const keys = toSubKeys(answer.data?.subkeys)
  if (keys === undefined) return unexpected(asking, 'GET', path, answer)
  return {
    presence: 'present',
    ...(version === undefined ? { currentVersion: told.version } : {}),
    keys,
    ...customMetadata(told),
    ...deletion,
  }
}

async function viaMetadata(asking: Kv2Asking, question: Kv2Question, right: MissingRight): Promise<SecretFact> {
  const { mount, key, version } = question
  const path = right.path
  if (asking.rights.may('read', path) === false) return viaFolder(asking, question, lacking(asking, right))
  const answer = await asking.metadata(mount, key)
  if ('presence' in answer) return answer
  if (answer.status === 200 && answer.data) {
    const state = stateOf(answer.data, version, asking.client.transport.surroundings.now())
    return state ?? unexpected(asking, 'GET', path, answer)
  }
  if (answer.status === 404 && answer.data === undefined) return { presence: 'absent' }
  if (answer.status === 403) return viaFolder(asking, question, denied(asking, 'GET', path, answer, right))
  return unexpected(asking, 'GET', path, answer)
}

/** A name that its folder does not list is absent. One that it lists may be deleted: that stays hidden. */
async function viaFolder(asking: Kv2Asking, question: Kv2Question, hidden: Hidden): Promise<SecretFact> {
  const { mount, key } = question
  const cut = key.lastIndexOf('/')
  const folder = join(mount, 'metadata', key.slice(0, Math.max(cut, 0)))
  // Only where the server says that it may be listed: guessing costs a refusal for each folder.
  if (asking.rights.may('list', `${folder}/`) !== true) return hidden
  const listing = await asking.list(folder)
  if (!('names' in listing)) return hidden
  if (!listing.names.has(key.slice(cut + 1))) return { presence: 'absent' }
  return {
    presence: 'hidden',
    because: `${folder}/ lists ${key.slice(cut + 1)}, but not whether it is deleted. ${hidden.because}`,
  }
}

/** With `allow-value-read` only: takes the key names of a value and forgets it. */
async function viaValue(asking: Kv2Asking, question: Kv2Question) {
  const { mount, key, version } = question
  const path = join(mount, 'data', key)
  if (!asking.client.allowValueRead || asking.rights.may('read', path) === false) return undefined
  const answer = await orUnknown(asking, () => asking.client.read(path, version === undefined ? {} : { version }))
  return 'status' in answer && answer.status === 200 ? keysOfValue(answer.data?.data) : undefined
}

/**
 * The state of a secret or of one version, out of its metadata (vault.md §4.8). `undefined`: no server says such a thing of a secret, so
 * nothing is known of it.
 *
 * @param now milliseconds since 1970: a `deletion_time` after it means that the version is alive until then.
 */
export function stateOf(
  data: Readonly<Record<string, unknown>>,
  version: number | undefined,
  now: number,
): SecretFact | undefined {
  const currentVersion = data.current_version
  if (!isVersion(currentVersion) || !(data.versions === null || isObject(data.versions))) return undefined
  if (!isCustomMetadata(data.custom_metadata)) return undefined
  const told = new Map(Object.entries(data.versions ?? {}))
  const versions: Record<string, VersionState> = {}
  for (const [number, one] of told) {
    const state = isObject(one) ? versionState(one, now) : undefined
    if (state === undefined || !/^\d+$/.test(number)) return undefined
    versions[number] = state
  }
  // `current_version` 0: metadata only, which every reader sees as absent.
  if (currentVersion === 0) return { presence: 'absent' }
  const asked = String(version ?? currentVersion)
  const state = versions[asked]
  // An older version may be gone for good; the current one never is.
  if (state === undefined) return asked === String(currentVersion) ? undefined : { presence: 'absent' }
  const one = told.get(asked)
  const deletionTime = isObject(one) ? text(one.deletion_time) : undefined
  const deletion = deletionTime ? { deletionTime } : {}
  if (state !== 'alive') return { presence: state, currentVersion, ...deletion }
  return { presence: 'present', currentVersion, versions, ...customMetadata(data), ...deletion }
}

type VersionState = 'alive' | 'deleted' | 'destroyed'

/** `undefined` for what is no state of a version. */
function versionState(version: Readonly<Record<string, unknown>>, now: number): VersionState | undefined {
  const { destroyed, deletion_time: deletionTime } = version
  if (typeof destroyed !== 'boolean' || typeof deletionTime !== 'string') return undefined
  if (destroyed) return 'destroyed'
  if (deletionTime === '') return 'alive'
  const at = Date.parse(deletionTime)
  return Number.isNaN(at) ? undefined : at <= now ? 'deleted' : 'alive'
}

function isVersion(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isCustomMetadata(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string')
}

function customMetadata(data: Readonly<Record<string, unknown>>) {
  if (!isObject(data.custom_metadata)) return {}
  const entries = Object.entries(data.custom_metadata).map(([name, value]): [string, string] => [name, String(value)])
  return { customMetadata: Object.fromEntries(entries) }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
