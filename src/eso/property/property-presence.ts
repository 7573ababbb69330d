import { nearestName } from '../../model/nearest-name.ts'
import type { SubKeys } from '../../model/vault-state.ts'
import { evaluateGjson, existenceOf } from './gjson-evaluate.ts'
import { type PathStep, parseGjsonPath } from './gjson-path.ts'
import { keysOfShape, shapeOfKeys } from './shape.ts'

/** Whether ESO will find a property, as far as key names without values can tell. */
export interface PropertyVerdict {
  readonly presence: 'present' | 'absent' | 'unknown'
  /** One sentence, with the names that are there. */
  readonly because: string
  /** What was probably meant, written as a property; only for `absent`. */
  readonly nearest?: string
  /** For `present`: the keys below, or `null` for a value; `undefined` where it may be either. */
  readonly found?: SubKeys | null | undefined
}

const own = (keys: SubKeys, name: string): boolean => Object.hasOwn(keys, name)

/** Key names for a message: all when few, else the first ten. */
function listKeys(names: readonly string[]): string {
  if (names.length === 0) return 'no key at all'
  const shown = names.slice(0, 10).map((name) => `\`${name}\``)
  const more = names.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** A key as a property that reads it and nothing else (eso.md §4.3: gjson escapes). */
function asProperty(key: string): string {
  return key.replace(/[\\.*?|#@!{}[\]]/g, (char) => `\\${char}`)
}

/** The deepest map that the path reaches, and the steps left over there. */
function reach(keys: SubKeys, steps: readonly PathStep[]): { at: SubKeys; prefix: string[]; missing: string } {
  let at = keys
  const prefix: string[] = []
  for (const step of steps) {
    const next = step.wild === undefined && own(at, step.text) ? at[step.text] : undefined
    if (next === undefined || next === null) return { at, prefix, missing: step.text }
    at = next
    prefix.push(step.text)
  }
  return { at, prefix, missing: '' }
}

/**
 * Says whether `property` (`remoteRef.property`, eso.md §4.1) resolves in a secret with these key names: an exact top-level key
 * first, then gjson. What depends on a value (arrays, JSON inside a string, modifiers) is `unknown`, never `absent`.
 * An empty property stands for the whole secret, hence present.
 */
export function propertyPresence(keys: SubKeys, property: string): PropertyVerdict {
  if (property === '')
    return { presence: 'present', because: 'without a property ESO takes the whole secret', found: keys }
  if (own(keys, property)) {
    return { presence: 'present', because: `\`${property}\` is a key of the secret`, found: keys[property] ?? null }
  }
  const found = evaluateGjson(shapeOfKeys(keys), property)
  const existence = existenceOf(found)
  const parsed = parseGjsonPath(property)
  if (existence === 'unknown') {
    return {
      presence: 'unknown',
      because:
        'opaque' in parsed
          ? `\`${property}\` cannot be judged without reading the value: ${parsed.opaque}`
          : `\`${property}\` leads into a value (an array, or text), which key names do not show`,
    }
  }
  if (existence === 'yes') {
    return { presence: 'present', because: `\`${property}\` leads to a key of the secret`, found: keysOfShape(found) }
  }
  if ('opaque' in parsed) return { presence: 'absent', because: `nothing at \`${property}\`` }
  const { at, prefix, missing } = reach(keys, parsed.steps)
  const names = Object.keys(at).sort()
  const where = prefix.length === 0 ? 'the secret has' : `\`${prefix.join('.')}\` has`
  const near = nearestName(missing, names)
  const nearTop = nearestName(property, Object.keys(keys))
  const nearest =
    near !== undefined ? [...prefix, near].map(asProperty).join('.') : nearTop !== undefined ? nearTop : undefined
  return {
    presence: 'absent',
    because: `no key \`${property}\`: ${where} ${listKeys(names)}`,
    ...(nearest === undefined ? {} : { nearest }),
  }
}

/** The same for the provider of OpenBao, which looks for a key of that very name (eso.md §5.6). */
export function plainPresence(keys: SubKeys, property: string): PropertyVerdict {
  if (Object.hasOwn(keys, property)) return { presence: 'present', because: '' }
  const nearest = nearestName(property, Object.keys(keys))
  return {
    presence: 'absent',
    because: `no key \`${property}\`: the secret has ${
      Object.keys(keys)
        .sort()
        .map((key) => `\`${key}\``)
        .join(', ') || 'none'
    }`,
    ...(nearest === undefined ? {} : { nearest }),
  }
}
