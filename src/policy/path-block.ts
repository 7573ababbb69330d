import { goQuote } from '../model/go-quote.ts'
import type { Product } from '../model/server-law.ts'
import { type Interval, isAtLeast, type Release } from '../model/version-range.ts'
import { parseAbsoluteTime } from './absolute-time.ts'
import { type BlockAttributes, decodeBlock } from './block-attributes.ts'
import { fromBytes } from './byte-string.ts'
import { CAPABILITY_OWNER, type Capability, isCapability, SHORTHAND } from './capability.ts'
import { parseTtl } from './duration.ts'
import { HclError, type Item, type Scalar } from './hcl-node.ts'
import type { HoleFinder } from './hole.ts'
import type { PolicyRemark, PolicyRule } from './policy-rule.ts'

interface Owner {
  readonly product: Product
  /** The first release of the product that may know it; `undefined`: all do. */
  readonly since?: Release
  /** Too new to be taken for granted where only the product is told. */
  readonly recent?: boolean
  /** Who accepts it, for people. */
  readonly name: string
}

const EVERYBODY: Owner = { product: 'any', name: 'every server' }

/** Keys of a `path` block, and who accepts each (vault.md §1.2). */
const KEY_OWNER: Readonly<Record<string, Owner>> = {
  comment: EVERYBODY,
  policy: EVERYBODY,
  capabilities: EVERYBODY,
  allowed_parameters: EVERYBODY,
  denied_parameters: EVERYBODY,
  required_parameters: EVERYBODY,
  min_wrapping_ttl: EVERYBODY,
  max_wrapping_ttl: EVERYBODY,
  mfa_methods: EVERYBODY,
  control_group: EVERYBODY,
  subscribe_event_types: { product: 'vault', since: [1, 15, 0], name: 'Vault (1.16 and later)' },
  pagination_limit: { product: 'openbao', since: [2, 2, 0], name: 'OpenBao (2.2 and later)' },
  expiration: { product: 'openbao', since: [2, 3, 0], name: 'OpenBao (2.3 and later)' },
  list_scan_response_keys_filter_path: { product: 'openbao', since: [2, 4, 0], name: 'OpenBao (2.4 and later)' },
}

/** OpenBao knows this key from 2.7 on, Vault always has (vault.md §1.2). */
const CONTROL_GROUP_OPENBAO: Owner = {
  product: 'openbao',
  since: [2, 7, 0],
  recent: true,
  name: 'Vault (and OpenBao from 2.7)',
}

const CAPABILITY_SINCE: Readonly<Partial<Record<Capability, Omit<Owner, 'product'>>>> = {
  subscribe: { since: [1, 15, 0], name: 'Vault (1.16 and later)' },
  recover: { since: [1, 20, 0], name: 'Vault (1.20 and later)' },
  scan: { since: [2, 2, 0], name: 'OpenBao (2.2 and later)' },
}

/** Whether the servers that may read the text accept what only `owner` knows: all, none, or some of them. */
function acceptance(
  owner: Owner,
  { product, releases }: Pick<BlockOptions, 'product' | 'releases'>,
): 'yes' | 'no' | 'some' {
  if (owner.product === 'any') return 'yes'
  if (product === 'any') return 'some'
  if (product !== owner.product) return 'no'
  if (owner.since === undefined) return 'yes'
  if (releases === undefined) return owner.recent === true ? 'some' : 'yes'
  const since = isAtLeast(releases, owner.since)
  return since === 'unknown' ? 'some' : since
}

function ownerOfKey(key: string, product: Product): Owner | undefined {
  if (key === 'control_group' && product !== 'vault') return CONTROL_GROUP_OPENBAO
  return Object.hasOwn(KEY_OWNER, key) ? KEY_OWNER[key] : undefined
}

export interface BlockOptions {
  readonly product: Product
  /** Releases of the product that may read the text; `undefined`: any. */
  readonly releases: readonly Interval[] | undefined
  readonly holes: HoleFinder
  readonly now: Date
  readonly remarks: PolicyRemark[]
}

/** All unknown keys in one error, as Vault lists them (vault.md §1.4); `prefix` names the block. */
export function keyError(items: readonly Item[], prefix: string, line: number | undefined): HclError {
  const lines = items.map((item) => {
    const key = goQuote(fromBytes(item.keys[0]?.value ?? ''))
    return `\t* ${prefix}invalid key ${key} on line ${item.assign?.line ?? 0}`
  })
  const count = lines.length === 1 ? '1 error' : `${lines.length} errors`
  const at = line === undefined ? undefined : { line, column: 1 }
  return new HclError(`${count} occurred:\n${lines.join('\n')}\n\n`, at)
}

/**
 * Reads one `path` block; `item.keys` begins with the label. `undefined` when its `expiration` is past: OpenBao then
 * drops the block. The order of the checks is the server's, so that of several errors the same one is reported.
 */
export function parseBlock(item: Item, line: number, options: BlockOptions): PolicyRule | undefined {
  const key: Scalar | undefined = item.keys[0]
  // `path { … }` without a label is a rule for a path called "path" (P13, J17).
  const labelBytes = key?.value ?? 'path'
  const label = fromBytes(labelBytes)
  const labelLine = key?.line ?? line
  const at = { line: labelLine, column: 1 }
  const path = `path ${goQuote(label)}: `
  if (key === undefined) {
    options.remarks.push({
      about: 'unlabelled',
      line,
      message: 'This block has no path: Vault takes it as a rule for a path named "path".',
    })
  }
  checkTemplate(label, at)
  const { value } = item
  if (value.kind !== 'object') {
    const type = value.kind === 'list' ? '*ast.ListType' : '*ast.LiteralType'
    throw new HclError(`${path}cannot check HCL keys of type ${type}`, at)
  }
  checkKeys(value.items, path, labelLine, options)

  const block = prefixErrors(path, () => decodeBlock(value.items))
  for (const name of block.colliding) {
    const message = `${name} and ${name.toLowerCase()} are one parameter to the server, which keeps either at random. Write one of them.`
    options.remarks.push({ about: 'duplicate-attribute', line: labelLine, name, message })
  }
  if (block.expiration !== '') {
    const expiration = parseAbsoluteTime(block.expiration)
    if (expiration === undefined) {
      throw new HclError(`${path}invalid expiration time: could not parse string as date and time`, at)
    }
    if (expiration < options.now) {
      options.remarks.push({
        about: 'expired',
        line: labelLine,
        at: expiration.toISOString(),
        message: `This block expired at ${expiration.toISOString()}; OpenBao drops it.`,
      })
      return undefined
    }
  }
  // Vault names the path here without the slash that it strips (vault.md §1.5).
  const stripped = label.replace(/^\//, '')
  if (stripped.includes('+*')) {
    throw new HclError(`path ${goQuote(stripped)}: invalid use of wildcards ('+*' is forbidden)`, at)
  }

  const granted = readCapabilities(block, path, options)
  const rule = {
    label,
    labelBytes,
    line: labelLine,
    capabilitiesLine: block.capabilitiesLine ?? labelLine,
    capabilities: granted.capabilities,
    unknownCapabilities: granted.unknown,
  }
  const unlimited = {
    allowed: undefined,
    denied: undefined,
    required: [],
    minWrapTtl: 0,
    maxWrapTtl: 0,
    mfaMethods: [],
    paginationLimit: 0,
    responseFilter: undefined,
  }
  // Behind a "deny" nothing of the block is looked at (vault.md §1.3).
  if (granted.capabilities[0] === 'deny') return { ...rule, ...unlimited }
  return { ...rule, ...readLimits(block, granted.capabilities, at) }
}

/** Only the balance of `{{` and `}}` is checked when a policy is written (vault.md §2.7, P30–P32). */
function checkTemplate(label: string, at: { readonly line: number; readonly column: number }): void {
  const [head, ...pieces] = label.split('{{')
  const balanced = !head?.includes('}}') && pieces.every((piece) => piece.split('}}').length === 2)
  if (!balanced) throw new HclError('failed to validate policy templating: unbalanced templating characters', at)
}

function checkKeys(items: readonly Item[], path: string, line: number, options: BlockOptions): void {
  const bad: Item[] = []
  for (const item of items) {
    const key = fromBytes(item.keys[0]?.value ?? '')
    const owner = ownerOfKey(key, options.product)
    const accepted = owner === undefined ? 'no' : acceptance(owner, options)
    if (owner === undefined || accepted === 'no') bad.push(item)
    else if (accepted === 'some')
      options.remarks.push({
        about: 'product-key',
        line: item.keys[0]?.line ?? line,
        name: key,
        message: `Only ${owner.name} accepts ${key}; other servers refuse the whole policy.`,
      })
  }
  if (bad.length > 0) throw keyError(bad, path, bad[0]?.keys[0]?.line ?? line)
}

function ownerOfCapability(name: Capability): Owner {
  return { product: CAPABILITY_OWNER[name], ...(CAPABILITY_SINCE[name] ?? EVERYBODY) }
}

function readCapabilities(
  block: BlockAttributes,
  path: string,
  options: BlockOptions,
): { readonly capabilities: readonly Capability[]; readonly unknown: readonly string[] } {
  const line = block.capabilitiesLine ?? 1
  let names = block.capabilities
  if (block.policy !== '') {
    const shorthand = Object.hasOwn(SHORTHAND, block.policy) ? SHORTHAND[block.policy] : undefined
    if (!shorthand) {
      if (!options.holes.within(block.policy)) {
        throw new HclError(`${path}invalid policy ${goQuote(block.policy)}`, { line, column: 1 })
      }
      names = [...names, block.policy]
    } else {
      // The shorthand is appended, except `deny`, which replaces (vault.md §1.2).
      names = block.policy === 'deny' ? shorthand : [...names, ...shorthand]
    }
  }
  const capabilities: Capability[] = []
  const unknown: string[] = []
  for (const name of names) {
    if (name === 'deny') return { capabilities: ['deny'], unknown: [] }
    if (options.holes.within(name)) {
      unknown.push(name)
      continue
    }
    const accepted = isCapability(name) ? acceptance(ownerOfCapability(name), options) : 'no'
    if (!isCapability(name) || accepted === 'no') {
      throw new HclError(`${path}invalid capability ${goQuote(name)}`, { line, column: 1 })
    }
    if (accepted === 'some') {
      options.remarks.push({
        about: 'product-capability',
        line,
        name,
        message: `Only ${ownerOfCapability(name).name} knows the capability ${name}; other servers refuse the whole policy.`,
      })
    }
    capabilities.push(name)
  }
  return { capabilities, unknown }
}

function readLimits(
  block: BlockAttributes,
  capabilities: readonly Capability[],
  at: { readonly line: number; readonly column: number },
) {
  const ttl = (name: string, text: string | undefined) => {
    const duration = text === undefined ? { error: 'could not parse duration from input' } : parseTtl(text)
    if ('error' in duration) throw new HclError(`error parsing ${name}: ${duration.error}`, at)
    return duration.seconds
  }
  const minWrapTtl = ttl('min_wrapping_ttl', block.minTtl)
  const maxWrapTtl = ttl('max_wrapping_ttl', block.maxTtl)
  if (minWrapTtl !== 0 && maxWrapTtl !== 0 && maxWrapTtl < minWrapTtl) {
    throw new HclError('max_wrapping_ttl cannot be less than min_wrapping_ttl', at)
  }
  if (block.responseFilter !== '' && !capabilities.includes('list')) {
    const message = 'list_scan_response_keys_filter_path needs to be used on a path with the list capability'
    throw new HclError(message, at)
  }
  // The server fills the template with two keys and compares; only a template that names the key can tell them apart.
  // Whether Go can compile the template is not looked at.
  if (block.responseFilter !== '' && !/\{\{[^}]*\.key\b/.test(block.responseFilter)) {
    throw new HclError('list_scan_response_keys_filter_path resulted in same path for two different keys', at)
  }
  return {
    allowed: block.allowed,
    denied: block.denied,
    required: block.required,
    minWrapTtl,
    maxWrapTtl,
    mfaMethods: block.mfaMethods,
    paginationLimit: block.paginationLimit,
    responseFilter: block.responseFilter === '' ? undefined : block.responseFilter,
  }
}

function prefixErrors<T>(prefix: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof HclError)) throw error
    throw new HclError(`${prefix}${error.message}`, error.at)
  }
}
