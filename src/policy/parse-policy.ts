import { goQuote } from '../model/go-quote.ts'
import type { Product } from '../model/server-law.ts'
import { type Interval, isAtLeast } from '../model/version-range.ts'
import { fromBytes } from './byte-string.ts'
import { attributes, decodeString } from './decode-node.ts'
import { HclError, type Item, type ListNode, type Node, NotLookedInto } from './hcl-node.ts'
import { holeFinder } from './hole.ts'
import { parseHcl } from './parse-hcl.ts'
import { parseJson } from './parse-json.ts'
import { type BlockOptions, keyError, parseBlock } from './path-block.ts'
import type { ParsedPolicy, PolicyRemark, PolicyRule } from './policy-rule.ts'

export interface ParseOptions {
  /**
   * Whose policy language: with `any` (default), what only one product accepts passes with a remark; so does, where `releases`
   * leave it open, what only some releases accept.
   */
  readonly product?: Product
  /** The releases of the product that may read the text; `undefined`: any. */
  readonly releases?: readonly Interval[] | undefined
  /** Variables that stand in the text and are not Vault's (PolicyFact.unknown). */
  readonly unknown?: readonly string[]
  /** Decides which OpenBao `expiration` is past; default now. */
  readonly now?: Date
}

export type ParseResult =
  | { readonly ok: true; readonly policy: ParsedPolicy }
  | {
      readonly ok: false
      /** The server's text, with its prefix `failed to parse policy: `. */
      readonly error: string
      /** Line in the policy's text, from 1, where it can be told. */
      readonly line: number | undefined
      /** The text was not looked into, because of a limit of ours; `error` says which. Whether the server takes it is not known. */
      readonly unread?: true
    }

/** No path of a request is longer, and no policy: what is compared with them must stay in proportion. */
const LONGEST_LABEL = 4_096
const LONGEST_TEXT = 1024 * 1024

/** Parses a policy text, HCL 1 or JSON, as the server would when the policy is written (vault.md §1). Never throws. */
export function parsePolicy(text: string, options: ParseOptions = {}): ParseResult {
  try {
    return { ok: true, policy: parse(text, options) }
  } catch (error) {
    if (error instanceof NotLookedInto) return { ok: false, error: error.message, line: error.at?.line, unread: true }
    if (!(error instanceof HclError)) throw error
    return { ok: false, error: `failed to parse policy: ${error.message}`, line: error.at?.line }
  }
}

function parse(text: string, options: ParseOptions): ParsedPolicy {
  const product = options.product ?? 'any'
  const remarks: PolicyRemark[] = []
  if (text.length > LONGEST_TEXT) throw new NotLookedInto(`it is longer than ${LONGEST_TEXT} characters`, undefined)
  const items = isJson(text) ? parseJson(text) : readHcl(text, options, remarks)
  checkTopLevel(items)

  const block: BlockOptions = {
    product,
    releases: options.releases,
    holes: holeFinder(options.unknown ?? []),
    now: options.now ?? new Date(),
    remarks,
  }
  const rules: PolicyRule[] = []
  for (const item of items) {
    if (fromBytes(item.keys[0]?.value ?? '') !== 'path') continue
    const rule = parseBlock({ ...item, keys: item.keys.slice(1) }, item.keys[0]?.line ?? 1, block)
    if (rule === undefined) continue
    if (rule.label.length > LONGEST_LABEL) {
      const at = { line: rule.line, column: 1 }
      throw new NotLookedInto(`a path in it is longer than ${LONGEST_LABEL} characters`, at)
    }
    rules.push(rule)
  }
  for (const item of items) remarkDropped(item.value, remarks)
  return { rules, templated: rules.some((rule) => rule.label.includes('{{')), remarks }
}

/** The first character that is not white space decides (vault.md §1.1, P18). */
function isJson(text: string): boolean {
  return /^\p{White_Space}*\{/u.test(text)
}

/** An attribute that stands twice in a block: Vault from 1.21 on refuses it, all others join the two (vault.md §1.1, P18). */
function readHcl(text: string, { product, releases }: ParseOptions, remarks: PolicyRemark[]): Item[] {
  const { items, duplicates } = parseHcl(text)
  const refuses = product === 'vault' && releases !== undefined && isAtLeast(releases, [1, 21, 0]) === 'yes'
  for (const { name, at } of duplicates) {
    const where = `${at.line}:${at.column}`
    if (refuses) {
      const argument = `The argument ${goQuote(name)} at ${where} was already set`
      throw new HclError(`${argument}. Each argument can only be defined once`, at)
    }
    if (product === 'openbao') continue
    remarks.push({
      about: 'duplicate-attribute',
      line: at.line,
      name,
      message: `${name} stands twice in this block: Vault 1.21 and later refuse the policy, other servers join the two.`,
    })
  }
  return items
}

function checkTopLevel(items: readonly Item[]): void {
  const bad = items.filter((item) => !['name', 'path'].includes(fromBytes(item.keys[0]?.value ?? '')))
  const first = bad[0]
  if (first) throw keyError(bad, '', first.keys[0]?.line)
  for (const name of attributes(items, 'name')) decodeString('root.name', name)
}

function remarkDropped(node: Node, remarks: PolicyRemark[]): void {
  const lists: ListNode[] = []
  collectLists(node, lists)
  for (const line of lists.flatMap((list) => list.dropped)) {
    remarks.push({
      about: 'json-boolean',
      line,
      message:
        'A boolean or a nested list inside a list is dropped from a policy in JSON; an empty list then allows any value. Write this policy in HCL.',
    })
  }
}

function collectLists(node: Node, lists: ListNode[]): void {
  if (node.kind === 'object') for (const item of node.items) collectLists(item.value, lists)
  if (node.kind !== 'list') return
  lists.push(node)
  for (const element of node.elements) collectLists(element, lists)
}
