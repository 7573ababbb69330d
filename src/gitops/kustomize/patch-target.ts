import { RE2JS } from 're2js'
import { groupOf } from '../../model/kinds.ts'
import { mapAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'

/** What a patch or a replacement selects: all that is set must match; text is an anchored regular expression. */
export interface PatchTarget {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
  /** A strategic merge patch without `target` selects by its own head: no regular expressions. */
  readonly literal?: boolean
}

/** What a target is compared with: the object as written, and as the kustomizations so far have changed it. */
export interface Candidate {
  readonly body: ValueMap
  readonly apiVersion: string
  readonly kind: string
  readonly names: readonly string[]
  readonly namespaces: readonly (string | undefined)[]
}

export function readTarget(value: Value | undefined): PatchTarget {
  const fields = ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'] as const
  const target: { -readonly [key in keyof PatchTarget]: PatchTarget[key] } = {}
  for (const field of fields) {
    const text = stringAt(value, field)
    if (text !== undefined && text !== '') target[field] = text
  }
  return target
}

export function matchesTarget(target: PatchTarget, candidate: Candidate): boolean {
  const test = (pattern: string | undefined, values: readonly (string | undefined)[]) =>
    pattern === undefined ||
    values.some((value) => value !== undefined && fits(pattern, value, target.literal === true))
  const version = candidate.apiVersion.slice(candidate.apiVersion.indexOf('/') + 1)
  return (
    test(target.group, [groupOf(candidate.apiVersion)]) &&
    test(target.version, [version]) &&
    test(target.kind, [candidate.kind]) &&
    test(target.name, candidate.names) &&
    // An object whose namespace nothing tells may be the one that is meant.
    (candidate.namespaces.every((namespace) => namespace === undefined) ||
      test(target.namespace, candidate.namespaces)) &&
    selects(target.labelSelector, mapAt(candidate.body, 'metadata', 'labels') ?? {}) &&
    selects(target.annotationSelector, mapAt(candidate.body, 'metadata', 'annotations') ?? {})
  )
}

function fits(pattern: string, value: string, literal: boolean): boolean {
  if (pattern === value) return true
  if (literal || !/[\\^$.|?*+()[\]{}]/.test(pattern)) return false
  // Go's expressions, as kustomize runs them: linear, so that a repository cannot stall the check (platform.md §7 threat 6).
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    try {
      expression = RE2JS.compile(`^(?:${pattern})$`)
    } catch {
      expression = null
    }
    compiled.set(pattern, expression)
  }
  return expression?.matcher(value).find() ?? false
}

const compiled = new Map<string, RE2JS | null>()

/** A label selector (`a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas) on labels or annotations. */
export function selects(selector: string | undefined, labels: ValueMap): boolean {
  if (selector === undefined) return true
  const terms = selector.match(/(?:[^,(]|\([^)]*\))+/g) ?? []
  return terms.every((term) => {
    const text = term.trim()
    const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text)
    if (set !== null) {
      const values = (set[3] as string).split(',').map((value) => value.trim())
      const value = labels[set[1] as string]
      const inside = value !== undefined && values.includes(String(value))
      return set[2] === 'in' ? inside : !inside
    }
    const equality = /^(\S+?)\s*(==|=|!=)\s*(\S*)$/.exec(text)
    if (equality !== null) {
      const equal =
        String(labels[equality[1] as string] ?? '') === equality[3] && labels[equality[1] as string] !== undefined
      return equality[2] === '!=' ? !equal : equal
    }
    return text.startsWith('!') ? labels[text.slice(1)] === undefined : labels[text] !== undefined
  })
}
