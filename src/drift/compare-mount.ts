import type { FieldDifference } from '../chain/drift-facts.ts'
import type { MountFact } from '../model/vault-state.ts'
import { seconds, text } from '../setup/normalise.ts'
import { compareFields } from './compare-fields.ts'

/** A mount as Git enables it against the server's: type, KV version, description and the options that Git names. */
export function compareMounts(declared: MountFact, live: MountFact): FieldDifference[] {
  const { version: _version, config, ...options } = declared.options
  const { config: liveConfig, ...liveOptions } = live.options
  const expected = {
    type: declared.type,
    ...(declared.version === undefined || live.type !== 'kv' ? {} : { version: declared.version }),
    ...(declared.description === undefined ? {} : { description: declared.description }),
    ...options,
    ...asObject(config),
  }
  const actual = {
    ...liveOptions,
    ...asObject(liveConfig),
    type: live.type,
    version: live.version,
    description: live.description,
  }
  return compareFields(expected, actual, { type: text, version: text, description: text, ...LEASES }, false)
}

/** 0 and unset are both the system's default (vault.md §7.2). */
const LEASES = { default_lease_ttl: seconds, max_lease_ttl: seconds }

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
