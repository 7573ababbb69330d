import { RE2JS } from 're2js'
import { at, entriesAt, type Placed, textAt } from '../placed/placed.ts'
import { allIds, currentId, idKey, type ObjectId, originalId, type ReadObject } from './read-object.ts'
import { anyText, textOf } from './scalar-text.ts'
import { Stop } from './stop.ts'

export type Selects = (object: ReadObject) => boolean

const GVK = ['group', 'version', 'kind'] as const

/** What the `target` of a patch selects: by the original or the present name and namespace, and by the present kind (kustomize.md §2). */
export function patchTarget(target: Placed): Selects {
  const matches = fieldMatcher(target)
  const labelled = selectors(target)
  return (object) => {
    const current = currentId(object)
    const original = originalId(object)
    return (
      (matches('namespace', original.namespace) || matches('namespace', current.namespace)) &&
      (matches('name', original.name) || matches('name', current.name)) &&
      GVK.every((field) => matches(field, current[field])) &&
      labelled(object)
    )
  }
}

/** What a `select` of a replacement's target means: any one id that the object has had. */
export function replacementTarget(select: Placed, rejects: readonly Placed[]): Selects {
  const wanted = idMatcher(select)
  const labelled = selectors(select)
  const refused = rejects.map((reject) => {
    const byId = hasAny(reject, [...GVK, 'name', 'namespace']) ? idMatcher(reject) : undefined
    const byLabels = hasAny(reject, ['labelSelector', 'annotationSelector']) ? selectors(reject) : undefined
    return (object: ReadObject, ids: readonly ObjectId[]) =>
      byLabels?.(object) === true || (byId !== undefined && ids.some(byId))
  })
  return (object) => {
    if (!labelled(object)) return false
    const ids = writtenIds(object)
    return !refused.some((refuses) => refuses(object, ids)) && ids.some(wanted)
  }
}

/** What a `source` of a replacement means: texts must be equal, and no namespace means any. */
export function replacementSource(source: Placed): Selects {
  const namespace = textAt(source, 'namespace') ?? ''
  const fits = (id: ObjectId) =>
    (['group', 'version', 'kind', 'name'] as const).every((field) => {
      const wanted = textAt(source, field) ?? ''
      return wanted === '' || wanted === id[field]
    }) &&
    (namespace === '' || orDefault(namespace) === orDefault(id.namespace))
  return (object) => writtenIds(object).some(fits)
}

/** What a strategic merge patch without `target` means: the object that has, or had, its kind, name and namespace. */
export function sameId(id: ObjectId): Selects {
  const key = idKey(id)
  return (object) => allIds(object).some((other) => idKey(other) === key)
}

function orDefault(namespace: string): string {
  return namespace === '' ? 'default' : namespace
}

/** The ids that replacements look at: the present one has its namespace as it is written. */
function writtenIds(object: ReadObject): readonly ObjectId[] {
  const ids = [...allIds(object)]
  const current = ids.pop() as ObjectId
  return [{ ...current, namespace: anyText(object.node, 'metadata', 'namespace') }, ...ids]
}

function idMatcher(selector: Placed): (id: ObjectId) => boolean {
  const matches = fieldMatcher(selector)
  return (id) => ([...GVK, 'name', 'namespace'] as const).every((field) => matches(field, id[field]))
}

function hasAny(selector: Placed, fields: readonly string[]): boolean {
  return fields.some((field) => (textAt(selector, field) ?? '') !== '')
}

type Field = 'group' | 'version' | 'kind' | 'name' | 'namespace'

/** Whether a field fits: the selector's text is an expression for the whole of it. */
function fieldMatcher(selector: Placed): (field: Field, value: string) => boolean {
  const patterns = new Map<string, RE2JS>()
  for (const field of [...GVK, 'name', 'namespace']) {
    const text = textAt(selector, field) ?? ''
    if (text !== '') patterns.set(field, expression(`^(?:${text})$`))
  }
  return (field, value) => patterns.get(field)?.matcher(value).find() ?? true
}

const expressions = new Map<string, RE2JS | undefined>()

/** Go's expressions, as kustomize runs them: in linear time, so that a repository cannot stall the check (platform.md §7, threat 6). */
export function expression(text: string): RE2JS {
  if (!expressions.has(text)) {
    try {
      expressions.set(text, RE2JS.compile(text))
    } catch {
      expressions.set(text, undefined)
    }
  }
  const found = expressions.get(text)
  if (found === undefined) throw new Stop('build-fails')
  return found
}

function selectors(selector: Placed): Selects {
  const labels = labelSelector(textAt(selector, 'labelSelector') ?? '')
  const annotations = labelSelector(textAt(selector, 'annotationSelector') ?? '')
  return (object) => labels(object, 'labels') && annotations(object, 'annotations')
}

const KEY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/
const VALUE = /^(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)?$/

/**
 * A label selector of Kubernetes: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. What is none of these
 * (kustomize refuses most of it) is left to kustomize.
 */
function labelSelector(selector: string): (object: ReadObject, field: 'labels' | 'annotations') => boolean {
  const terms = (selector.trim() === '' ? [] : splitTerms(selector)).map(labelTerm)
  return (object, field) => {
    if (terms.length === 0) return true
    const values = new Map(
      entriesAt(at(object.node, 'metadata', field)).map(([name, { node }]) => [
        name,
        node.type === 'scalar' ? textOf(node) : '',
      ]),
    )
    return terms.every((fits) => fits(values))
  }
}

function splitTerms(selector: string): string[] {
  const terms = ['']
  let depth = 0
  for (const ch of selector) {
    if (ch === '(') depth++
    if (ch === ')') depth--
    if (ch === ',' && depth === 0) terms.push('')
    else terms[terms.length - 1] += ch
  }
  return terms
}

function labelTerm(text: string): (labels: ReadonlyMap<string, string>) => boolean {
  const [, not, key = '', operator = '', rest = ''] =
    /^(!?)\s*([^\s=!<>(),]+)\s*(==|=|!=|notin\b|in\b)?\s*(.*)$/s.exec(text.trim()) ?? []
  const isSet = operator === 'in' || operator === 'notin'
  if (isSet !== /^\(.*\)$/s.test(rest) || !KEY.test(key)) throw new Stop('patch-form')
  const values = isSet
    ? rest
        .slice(1, -1)
        .split(',')
        .map((value) => value.trim())
    : [rest]
  if (!values.every((value) => VALUE.test(value))) throw new Stop('patch-form')
  if (operator === '') {
    if (rest !== '') throw new Stop('patch-form')
    return (labels) => labels.has(key) !== (not === '!')
  }
  if (not === '!') throw new Stop('patch-form')
  const wanted = new Set(values)
  const positive = operator === 'in' || operator === '=' || operator === '=='
  return (labels) => {
    const value = labels.get(key)
    return (value !== undefined && wanted.has(value)) === positive
  }
}
