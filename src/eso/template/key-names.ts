import { TemplateSyntaxError, TemplateTooDeep } from '../../go-template/go-lexer.ts'
import { parseTemplate } from '../../go-template/go-parser.ts'
import { runTemplate } from '../../go-template/run-template.ts'
import { compileGoRegexp, isRegexp } from '../../model/go-regexp.ts'
import type { Value } from '../../model/value.ts'
import type { SubKeys } from '../../model/vault-state.ts'
import { isMap, mapAt, textAt, textsAt } from '../field-value.ts'
import { FUNCTIONS } from './functions.ts'
import { rewriteData } from './template-data.ts'

/** Keys with the keys below each: `null` for a value of which nothing more is known (it may be text holding a JSON object). */
export type NamedKeys = ReadonlyMap<string, SubKeys | null>

/** What `rewrite` makes of keys; `fails` in ESO's words. */
export type Rewritten =
  | { readonly keys: NamedKeys }
  /** Values or larger templates decide; `keys` are there in any case. */
  | { readonly open: string; readonly keys: NamedKeys }
  | Refusal

/** `fails`: ESO's words. `operation`: a `rewrite` cannot be run at all, whatever the keys are; else a key is refused. */
export interface Refusal {
  readonly fails: string
  readonly by: 'key' | 'operation'
}

/**
 * One key after conversion (eso.md §6.4): what Kubernetes does not take becomes `_`, or `_U0041_` with `Unicode`. `None` leaves it
 * as it is, and so does any rewrite, which then may fail (eso.md §6.4).
 */
export function convertKey(key: string, strategy: string): string {
  if (strategy !== 'Default' && strategy !== 'Unicode' && strategy !== '') return key
  return key.replace(REFUSED, (character) =>
    strategy === 'Unicode' ? `_U${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}_` : '_',
  )
}

const REFUSED = /[^\p{L}\p{N}\-._]/gu
const MAX_KEY_BYTES = 253

/** Why ESO refuses a key of the Secret, in its words; `undefined` when it takes it. An empty key is left out without a word. */
export function invalidKey(key: string): string | undefined {
  const bytes = Buffer.byteLength(key)
  if (bytes > MAX_KEY_BYTES) {
    const start = Buffer.from(key).subarray(0, MAX_KEY_BYTES).toString()
    return `key has length ${bytes} but max is ${MAX_KEY_BYTES}: (following is truncated): ${start}`
  }
  const [character] = key.match(REFUSED) ?? []
  return character === undefined
    ? undefined
    : `key has invalid character ${character}, only alphanumeric, '-', '.' and '_' are allowed: ${key}`
}

/**
 * Keys of an `extract` or `find` as they come into the Secret: rewritten, or converted where nothing is rewritten, then checked
 * (eso.md §6.4). `fails` is what stands after `err: ` in ESO's event.
 */
export function secretKeyNames(keys: NamedKeys, operations: readonly Value[], strategy: string | undefined): Rewritten {
  let rewritten: Rewritten = { keys }
  if (operations.length > 0) rewritten = rewriteKeys(keys, operations)
  else if (strategy !== undefined) rewritten = convertKeys(keys, strategy)
  if ('fails' in rewritten) return rewritten
  const kept = new Map([...rewritten.keys].filter(([key]) => key !== ''))
  for (const key of [...kept.keys()].sort()) {
    const refused = invalidKey(key)
    if (refused !== undefined)
      return {
        fails: `invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): ${refused}`,
        by: 'key',
      }
  }
  return { ...rewritten, keys: kept }
}

function convertKeys(keys: NamedKeys, strategy: string): Rewritten {
  const converted = new Map<string, SubKeys | null>()
  for (const [key, below] of keys) {
    const name = convertKey(key, strategy)
    if (converted.has(name)) {
      return {
        fails: `error applying conversion strategy ${strategy} to keys: secret name collision during conversion: ${name}`,
        by: 'key',
      }
    }
    converted.set(name, below)
  }
  return { keys: converted }
}

/** Keys after `rewrite`, operation by operation. Two that become one overwrite each other without a word. */
export function rewriteKeys(given: NamedKeys, operations: readonly Value[]): Rewritten {
  let keys = given
  let open: string | undefined
  for (const [i, operation] of operations.entries()) {
    const next = rewriteOnce(keys, operation)
    if ('fails' in next) {
      // What was open before may have ended the list earlier, but an operation that fails whatever the keys are fails anyway.
      return { fails: `error applying rewrite to keys: failed rewrite operation[${i}]: ${next.fails}`, by: next.by }
    }
    keys = next.keys
    if ('open' in next) open ??= next.open
    // The keys that are not known are rewritten as well; the known ones only where each is seen by itself.
    if (open !== undefined && mapAt(operation, 'merge') !== undefined && !('open' in next)) keys = new Map()
  }
  return open === undefined ? { keys } : { keys, open }
}

function rewriteOnce(keys: NamedKeys, operation: Value): Rewritten {
  const merge = mapAt(operation, 'merge')
  const regexp = mapAt(operation, 'regexp')
  const transform = textAt(operation, 'transform', 'template')
  if (merge !== undefined) return mergeKeys(keys, merge)
  if (regexp !== undefined) {
    const compiled = compileGoRegexp(textAt(regexp, 'source') ?? '')
    if (!isRegexp(compiled))
      return { fails: `regexp failed with failed to compile: ${compiled.invalid}`, by: 'operation' }
    const target = textAt(regexp, 'target') ?? ''
    return { keys: new Map([...keys].map(([key, below]) => [compiled.replaceAll(key, target), below])) }
  }
  if (transform !== undefined) return transformKeys(keys, transform)
  return isMap(operation) && Object.keys(operation).length > 0
    ? { keys: new Map(), open: 'a rewrite of a kind that is not known decides the keys' }
    : { keys }
}

function transformKeys(keys: NamedKeys, template: string): Rewritten {
  let tree: ReturnType<typeof parseTemplate>
  try {
    tree = parseTemplate(template)
  } catch (error) {
    if (error instanceof TemplateTooDeep) return { keys: new Map(), open: 'a rewrite template decides the keys' }
    if (!(error instanceof TemplateSyntaxError)) throw error
    return {
      fails: `transform failed with failed to parse template: template: transform:${error.line}: ${error.message}`,
      by: 'operation',
    }
  }
  const renamed = new Map<string, SubKeys | null>()
  for (const [key, below] of keys) {
    const { output, failures } = runTemplate(tree, { data: rewriteData(key), functions: FUNCTIONS })
    const failure = failures.find(({ guarded }) => !guarded)
    if (failure !== undefined) {
      return {
        fails: `transform failed with failed to execute template for key ${JSON.stringify(key)}: ${failure.message}`,
        by: 'key',
      }
    }
    if (output === undefined) return { keys: new Map(), open: 'a rewrite template decides the keys' }
    renamed.set(output, below)
  }
  return { keys: renamed }
}

/** `merge`: every value must be a JSON object, and their keys come together. Which texts are objects nobody reads here. */
function mergeKeys(keys: NamedKeys, merge: NonNullable<ReturnType<typeof mapAt>>): Rewritten {
  const priority = textsAt(merge, 'priority')
  const skips = textAt(merge, 'priorityPolicy') === 'IgnoreNotFound'
  const into = textAt(merge, 'into') ?? ''
  const json = textAt(merge, 'strategy') === 'JSON'
  const order = [...[...keys.keys()].filter((key) => !priority.includes(key)).sort(), ...priority]
  const merged = new Map<string, SubKeys | null>()
  const conflicts: string[] = []
  let open: string | undefined
  for (const key of order) {
    if (!keys.has(key)) {
      if (skips) continue
      // A value before it may fail first, in other words.
      if (open === undefined)
        return { fails: `merge failed with key ${JSON.stringify(key)} not found in input map`, by: 'key' }
      break
    }
    const below = keys.get(key) ?? null
    if (below === null) open = 'a rewrite merges what the values hold'
    else
      for (const [name, value] of Object.entries(below)) {
        if (merged.has(name)) conflicts.push(name)
        merged.set(name, value)
      }
  }
  if (open === undefined && conflicts.length > 0 && textAt(merge, 'conflictPolicy') !== 'Ignore')
    return { fails: `merge failed with conflicts: ${conflicts.join(', ')}`, by: 'key' }
  if (json && into === '' && open === undefined) return { fails: "merge failed with missing 'into' field", by: 'key' }
  // With JSON the keys stay, and one is added, whatever the values are.
  if (json) return { keys: new Map([...keys, [into, open === undefined ? Object.fromEntries(merged) : null]]) }
  return open === undefined ? { keys: merged } : { keys: new Map(), open }
}
