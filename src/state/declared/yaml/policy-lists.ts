import type { Span } from '../../../model/span.ts'
import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import { policyFact } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { placedBySpans } from '../placed-text.ts'
import { fillTemplates } from './fill-templates.ts'
import { nameOfPolicy } from './policy-data.ts'
import type { YamlContext } from './yaml-context.ts'
import { isList, isMap } from './yaml-values.ts'

const CAPABILITIES = new Set('create read update patch delete list scan sudo deny subscribe recover'.split(' '))
/** Keys of a rule that Vault knows, beside its capabilities. */
const LISTS = ['required_parameters']
const SCALARS = ['min_wrapping_ttl', 'max_wrapping_ttl']
const MAPS = ['allowed_parameters', 'denied_parameters']

interface Rule {
  readonly path: string
  readonly at: FieldPath
  readonly fields: ValueMap
}

/**
 * A policy as data: a list whose every item has a path and capabilities (`{path, capabilities}`), or a map of paths to them
 * (forms.md §6, "policies as data"). Tells whether the value was one.
 */
export function readPolicyList(
  value: Value,
  path: FieldPath,
  parent: ValueMap | undefined,
  context: YamlContext,
): boolean {
  const rules = isList(value) ? rulesInList(value, path) : isMap(value) ? rulesInMap(value, path) : undefined
  if (rules === undefined || rules.length === 0) return false
  // Another tool's own kind, whose names are not those of Vault.
  if (path.at(-2) === 'spec' || (path.length === 2 && path[0] === 'spec')) return true
  if (parent?.state === 'absent') return true
  const name = nameOfPolicy(path, parent)
  if (name === undefined) return false
  if (path.includes('externalConfig')) {
    const { harvest, document } = context
    const source = 'a list, where bank-vaults takes a text'
    harvest.textless.push({ name: name.toLowerCase(), unknown: [], source, span: document.spanOf(path), form: 'yaml' })
    return true
  }
  addPolicy(name, rules, path, context)
  return true
}

function rulesInList(list: readonly Value[], path: FieldPath): Rule[] | undefined {
  const rules: Rule[] = []
  for (const [index, item] of list.entries()) {
    if (!isMap(item) || typeof item.path !== 'string' || !isCapabilities(item.capabilities)) return undefined
    rules.push({ path: item.path, at: [...path, index], fields: item })
  }
  return rules
}

/** `{path: {"kv/data/*": {capabilities: [read]}}}` and `{"kv/data/*": [read]}`. */
function rulesInMap(map: ValueMap, path: FieldPath): Rule[] | undefined {
  const inner = isMap(map.path) && Object.keys(map).every((key) => key === 'path') ? map.path : undefined
  const entries = Object.entries(inner ?? map)
  const base = inner === undefined ? path : [...path, 'path']
  const rules: Rule[] = []
  for (const [key, item] of entries) {
    const capabilities = isMap(item) ? item.capabilities : item
    if (!isCapabilities(capabilities) || (inner === undefined && !(key.includes('/') && isList(capabilities))))
      return undefined
    const fields = isMap(item) ? item : { capabilities: item }
    rules.push({ path: key, at: [...base, key], fields })
  }
  return rules
}

function isCapabilities(value: Value | undefined): boolean {
  const items = isList(value) ? value : typeof value === 'string' ? value.split(',') : []
  return (
    items.length > 0 &&
    items.every((item) => typeof item === 'string' && (CAPABILITIES.has(item.trim()) || /\{\{|\$\{/.test(item)))
  )
}

function addPolicy(name: string, rules: readonly Rule[], path: FieldPath, context: YamlContext): void {
  const { source, harvest, document, variables } = context
  const lines: string[] = []
  const spans: Span[] = []
  const unknown = new Set<string>()
  const assumed = new Set<string>()
  const add = (line: string, at: FieldPath, part?: 'key' | 'value') => {
    lines.push(line)
    spans.push(document.spanOf(at, part))
  }
  for (const { path: label, at, fields } of rules) {
    const filled = fillTemplates({ ...fields, path: label }, variables)
    for (const one of filled.unknown) unknown.add(one)
    for (const one of filled.assumed) assumed.add(one)
    const rule = isMap(filled.value) ? filled.value : {}
    const own = isMap(fields) && fields.path === label
    // The API takes no leading slash; people write one (forms.md §6).
    add(`path ${quoted(String(rule.path).replace(/^\//, ''))} {`, own ? [...at, 'path'] : at, own ? 'value' : 'key')
    const capabilities =
      own || Object.hasOwn(fields, 'path') || Object.keys(fields).length > 1 ? [...at, 'capabilities'] : at
    add(`  capabilities = ${listed(rule.capabilities)}`, capabilities)
    for (const key of LISTS) if (rule[key] !== undefined) add(`  ${key} = ${listed(rule[key])}`, [...at, key])
    for (const key of SCALARS) if (rule[key] !== undefined) add(`  ${key} = ${quoted(String(rule[key]))}`, [...at, key])
    for (const key of MAPS) if (isMap(rule[key])) add(`  ${key} = ${mapped(rule[key])}`, [...at, key])
    add('}', at)
  }
  const text = `${lines.join('\n')}\n`
  const named = fillTemplates(name, variables)
  const fact = policyFact({
    name: String(named.value),
    unknown: [...named.unknown, ...unknown],
    placed: placedBySpans({ file: source.file, text: '' }, text, (line) => spans[line - 1] ?? document.spanOf(path)),
    form: 'yaml',
    assumed: [...named.assumed, ...assumed],
  })
  const spanOfLine = (line: number) => spans[line - 1] ?? document.spanOf(path)
  harvest.policies.push({
    ...fact,
    name: lowerCaseName(String(named.value), named.unknown),
    spanOfLine,
    provenance: { from: 'git', span: document.spanOf(path), form: 'yaml' },
  })
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', ' ')}"`
}

function listed(value: Value | undefined): string {
  const items = isList(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : []
  return `[${items.map((item) => quoted(item.trim())).join(', ')}]`
}

function mapped(map: ValueMap): string {
  return `{ ${Object.entries(map)
    .map(([key, value]) => `${quoted(key)} = ${listed(value)}`)
    .join('\n')} }`.replaceAll('\n', ' ')
}
