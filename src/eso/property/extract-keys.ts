import type { SubKeys } from '../../model/vault-state.ts'
import { propertyPresence } from './property-presence.ts'

/** The keys that `dataFrom[].extract` turns into keys of the target Secret. */
export type ExtractKeys =
  | { readonly keys: readonly string[]; readonly found: SubKeys }
  | { readonly unknown: string }
  /** ESO fails: the property is not there (eso.md §0.9). */
  | { readonly absent: string; readonly nearest?: string }

/**
 * What `extract` gives of a secret with these key names (eso.md §4.4): its top-level keys, or with a property the keys of the
 * object there. A property that ends in a value may be a string holding JSON, so nothing is said of it.
 */
export function extractKeys(keys: SubKeys, property: string | undefined): ExtractKeys {
  const verdict = propertyPresence(keys, property ?? '')
  if (verdict.presence === 'unknown') return { unknown: verdict.because }
  if (verdict.presence === 'absent') {
    return { absent: verdict.because, ...(verdict.nearest === undefined ? {} : { nearest: verdict.nearest }) }
  }
  if (verdict.found === null || verdict.found === undefined) {
    return {
      unknown: `\`${property}\` is a value; whether it is text holding a JSON object cannot be told from key names`,
    }
  }
  return { keys: Object.keys(verdict.found), found: verdict.found }
}
