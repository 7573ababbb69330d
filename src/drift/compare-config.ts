import type { FieldDifference, Shown } from '../chain/drift-facts.ts'
import { CONFIG_FIELDS } from '../setup/normalise.ts'
import { compareFields, type Fields, isToldElsewhere } from './compare-fields.ts'

/**
 * The config of an auth mount as Git writes it against the server's. A write replaces a Kubernetes config whole, so what Git does
 * not write is at its default (vault.md §4.6). The reviewer JWT is never shown: only whether one is set can be compared (§7.2).
 */
export function compareAuthConfig(declared: Fields, live: Fields, type: string): FieldDifference[] {
  const { token_reviewer_jwt: jwt, ...rest } = declared
  if (type !== 'kubernetes') return compareFields(rest, live, {}, false)
  const complete = rest.kubernetes_host !== undefined
  const fields = compareFields(rest, live, knownTo(live), complete)
  const { token_reviewer_jwt_set: isSet } = live
  const wanted = jwt !== undefined && jwt !== ''
  // A missing key is "unknown", not false (vault.md §4.6); a variable may well be empty.
  if (!complete || typeof isSet !== 'boolean' || isSet === wanted || isToldElsewhere(jwt)) return fields
  const say = (is: boolean): Shown => ({ code: is ? 'set' : 'not-set' })
  return [...fields, { field: 'token_reviewer_jwt', expected: say(wanted), actual: say(isSet) }]
}

/** `use_annotations_as_alias_metadata` and its like exist on some servers only. */
function knownTo(live: Fields) {
  return Object.fromEntries(Object.entries(CONFIG_FIELDS).filter(([field]) => field in live))
}
