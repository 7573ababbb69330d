import { goQuote } from '../model/go-quote.ts'
import { parseAbsoluteTime } from './absolute-time.ts'
import { type BlockAttributes, decodeBlock } from './block-attributes.ts'
import { fromBytes } from './byte-string.ts'
import { CAPABILITY_OWNER, type Capability, isCapability, type Product, SHORTHAND } from './capability.ts'
import { parseTtl } from './duration.ts'
import { HclError, type Item, type Scalar } from './hcl-node.ts'
import type { HoleFinder } from './hole.ts'
import type { PolicyRemark, PolicyRule } from './policy-rule.ts'

/** Keys of a `path` block, and who accepts each (vault.md §1.2). */
const KEY_OWNER: Readonly<Record<string, Product>> = {
  comment: 'any',
  policy: 'any',
  capabilities: 'any',
  allowed_parameters: 'any',
  denied_parameters: 'any',
  required_parameters: 'any',
  min_wrapping_ttl: 'any',
  max_wrapping_ttl: 'any',
  mfa_methods: 'any',
  control_group: 'any',
  subscribe_event_types: 'vault',
  pagination_limit: 'openbao',
  expiration: 'openbao',
  list_scan_response_keys_filter_path: 'openbao',
}

const OWNER_NAME: Readonly<Record<string, string>> = {
  control_group: 'Vault (and OpenBao from 2.7)',
  subscribe_event_types: 'Vault (1.16 and later)',
  subscribe: 'Vault (1.16 and later)',
  recover: 'Vault (1.20 and later)',
  scan: 'OpenBao (2.2 and later)',
  pagination_limit: 'OpenBao (2.2 and later)',
  expiration: 'OpenBao (2.3 and later)',
  list_scan_response_keys_filter_path: 'OpenBao (2.4 and later)',
}

export interface BlockOptions {
  readonly product: Product
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
    const owner = Object.hasOwn(KEY_OWNER, key) ? KEY_OWNER[key] : undefined
    if (owner === undefined || (options.product !== 'any' && owner !== 'any' && owner !== options.product)) {
      bad.push(item)
    } else if (
      (options.product === 'any' && owner !== 'any') ||
      (key === 'control_group' && options.product !== 'vault')
    ) {
      options.remarks.push({
        about: 'product-key',
        line: item.keys[0]?.line ?? line,
        name: key,
        message: `Only ${OWNER_NAME[key]} accepts ${key}; other servers refuse the whole policy.`,
      })
    }
  }
  if (bad.length > 0) throw keyError(bad, path, bad[0]?.keys[0]?.line ?? line)
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
    const owner = isCapability(name) ? CAPABILITY_OWNER[name] : undefined
    const accepted = owner === 'any' || options.product === 'any' || owner === options.product
    if (owner === undefined || !isCapability(name) || !accepted) {
      throw new HclError(`${path}invalid capability ${goQuote(name)}`, { line, column: 1 })
    }
    if (owner !== 'any' && options.product === 'any') {
      options.remarks.push({
        about: 'product-capability',
        line,
        name,
        message: `Only ${OWNER_NAME[name]} knows the capability ${name}; other servers refuse the whole policy.`,
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
