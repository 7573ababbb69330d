import { fromBytes } from './byte-string.ts'
import {
  type Attribute,
  attributes,
  decodeInteger,
  decodeLimits,
  decodeString,
  decodeStrings,
  decodeTtl,
} from './decode-node.ts'
import type { Item } from './hcl-node.ts'
import type { ParameterValue } from './policy-rule.ts'

/** The attributes of a `path` block as decoded, before their meaning is checked. */
export interface BlockAttributes {
  readonly capabilities: readonly string[]
  readonly capabilitiesLine: number | undefined
  readonly policy: string
  readonly expiration: string
  readonly allowed: ReadonlyMap<string, readonly ParameterValue[]> | undefined
  readonly denied: ReadonlyMap<string, readonly ParameterValue[]> | undefined
  readonly required: readonly string[]
  /** `undefined`: neither text nor a number. */
  readonly minTtl: string | undefined
  readonly maxTtl: string | undefined
  readonly mfaMethods: readonly string[]
  readonly paginationLimit: number
  readonly responseFilter: string
  /** Parameters that stand in one map in upper and in lower case. */
  readonly colliding: readonly string[]
}

/** Attributes in the order in which the server decodes them: the first that is wrong is the one it reports. */
export function decodeBlock(items: readonly Item[]): BlockAttributes {
  const all = (name: string) => attributes(items, name)
  // Two fields have no name of their own in the decoder, which then says Go's.
  const field = (name: string) => `root.${{ policy: 'Policy', capabilities: 'Capabilities' }[name] ?? name}`
  const last = <T>(name: string, decode: (name: string, attribute: Attribute) => T, none: T): T =>
    all(name).reduce((_, attribute) => decode(field(name), attribute), none)
  const joined = (name: string) => all(name).flatMap((attribute) => decodeStrings(field(name), attribute))
  const colliding: string[] = []
  const limits = (name: string) => {
    const found = all(name)
    if (found.length === 0) return undefined
    const joined = lowerCase(found.flatMap((one) => decodeLimits(`root.${name}`, one)))
    colliding.push(...joined.colliding)
    return joined.limits
  }
  const lineOf = (name: string) => items.find((item) => fromBytes(item.keys[0]?.value ?? '') === name)?.keys[0]?.line
  const policy = last('policy', decodeString, '')
  const capabilities = joined('capabilities')
  const expiration = last('expiration', decodeString, '')
  const minTtl = last<BlockAttributes['minTtl']>('min_wrapping_ttl', (_, attribute) => decodeTtl(attribute), '')
  const maxTtl = last<BlockAttributes['maxTtl']>('max_wrapping_ttl', (_, attribute) => decodeTtl(attribute), '')
  return {
    policy,
    capabilities,
    capabilitiesLine: lineOf('capabilities') ?? lineOf('policy'),
    expiration,
    minTtl,
    maxTtl,
    allowed: limits('allowed_parameters'),
    denied: limits('denied_parameters'),
    required: joined('required_parameters'),
    mfaMethods: joined('mfa_methods'),
    paginationLimit: last('pagination_limit', decodeInteger, 0),
    responseFilter: last('list_scan_response_keys_filter_path', decodeString, ''),
    colliding,
  }
}

/** Names are lower-cased (vault.md §1.2). One name written twice alike is joined; of `p` and `P` the server keeps either. */
function lowerCase(entries: readonly [string, readonly ParameterValue[]][]) {
  const written = new Map<string, readonly ParameterValue[]>()
  for (const [name, values] of entries) written.set(name, [...(written.get(name) ?? []), ...values])
  const limits = new Map<string, readonly ParameterValue[]>()
  const colliding: string[] = []
  for (const [name, values] of written) {
    if (limits.has(name.toLowerCase())) colliding.push(name)
    limits.set(name.toLowerCase(), values)
  }
  return { limits, colliding }
}
