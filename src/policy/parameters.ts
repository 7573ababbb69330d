import type { Operation } from '../model/decision.ts'
import type { ListMatching } from '../model/server-law.ts'
import type { AclRule } from './acl-rule.ts'
import type { ParameterLimits, ParameterValue } from './policy-rule.ts'

/** A request's body, or its query, as parsed JSON. */
export type RequestData = Readonly<Record<string, unknown>>

/** Operations whose data is looked at; never list and delete (vault.md §2.1). */
export function checksParameters(operation: Operation): boolean {
  return operation === 'read' || operation === 'update' || operation === 'create' || operation === 'patch'
}

export function limitsParameters(rule: AclRule): boolean {
  return rule.required.length > 0 || (rule.allowed?.size ?? 0) > 0 || (rule.denied?.size ?? 0) > 0
}

/** Why the rule's parameter limits refuse the data, as a sentence part; `undefined` when they let it pass. */
export function refuseParameters(rule: AclRule, data: RequestData, lists: ListMatching): string | undefined {
  const { allowed, denied } = rule
  // Names that the policy requires are lower-cased, those of the request are not (D105).
  const absent = rule.required.find((name) => !Object.hasOwn(data, name.toLowerCase()))
  if (absent !== undefined) return `the parameter ${absent} is required`
  const names = Object.keys(data)
  if (names.length === 0) return undefined
  if (denied?.has('*')) return 'every parameter is denied'
  for (const name of names) {
    const values = denied?.get(name.toLowerCase())
    if (values && matchesDenied(data[name], values, lists)) return `the parameter ${name} is denied`
  }
  if (!allowed || allowed.size === 0 || (allowed.size === 1 && allowed.has('*'))) return undefined
  for (const name of names) {
    const refusal = refuseByAllowed(allowed, name, data[name], lists)
    if (refusal) return refusal
  }
  return undefined
}

function refuseByAllowed(
  allowed: ParameterLimits,
  name: string,
  value: unknown,
  lists: ListMatching,
): string | undefined {
  const values = allowed.get(name.toLowerCase())
  if (!values) return allowed.has('*') ? undefined : `the parameter ${name} is not among the allowed ones`
  return matchesAllowed(value, values, lists) ? undefined : `the value of the parameter ${name} is not allowed`
}

function matchesAllowed(value: unknown, values: readonly ParameterValue[], lists: ListMatching): boolean {
  if (isIn(value, values)) return true
  const elements = lists === 'elements' ? elementsOf(value) : undefined
  return elements?.every((element) => isIn(element, values)) ?? false
}

function matchesDenied(value: unknown, values: readonly ParameterValue[], lists: ListMatching): boolean {
  if (isIn(value, values)) return true
  const elements = lists === 'elements' ? elementsOf(value) : undefined
  return elements?.some((element) => isIn(element, values)) ?? false
}

/** `""` is a list without elements, so that any `allowed_parameters` lets it pass (vault.md §2.6). */
function elementsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (value === '') return []
  return typeof value === 'string' && value.includes(',') ? value.split(',').map((part) => part.trim()) : undefined
}

/** An empty list means any value. */
function isIn(value: unknown, values: readonly ParameterValue[]): boolean {
  return values.length === 0 || values.some((one) => equalsValue(one, value))
}

function equalsValue(policy: ParameterValue, request: unknown): boolean {
  return typeof policy === 'string' && typeof request === 'string'
    ? matchGlob(policy, request)
    : deepEqual(policy, request)
}

/** A single `*` is no wildcard: `["*"]` allows only the text `*` (D128, D129). */
function matchGlob(pattern: string, value: string): boolean {
  if (pattern.length < 2) return pattern === value
  const before = pattern.startsWith('*')
  const after = pattern.endsWith('*')
  if (before && after) return value.includes(pattern.slice(1, -1))
  if (before) return value.endsWith(pattern.slice(1))
  if (after) return value.startsWith(pattern.slice(0, -1))
  return pattern === value
}

/** Types must agree; a policy's number is a Go int, a request's a `json.Number`, and these are never equal (D111). */
function deepEqual(policy: ParameterValue, request: unknown): boolean {
  if (typeof policy === 'string' || typeof policy === 'boolean') return policy === request
  if ('number' in policy) return false
  if (!('fields' in policy)) {
    if (!Array.isArray(request) || policy.length !== request.length) return false
    return policy.every((one, index) => deepEqual(one, request[index]))
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return false
  const entries = Object.entries(policy.fields)
  const same = entries.every(([key, one]) => Object.hasOwn(request, key) && deepEqual(one, Reflect.get(request, key)))
  return same && entries.length === Object.keys(request).length
}

/** OpenBao's `pagination_limit` of a LIST or SCAN (vault.md §2.6). */
export function refusePagination(rule: AclRule, data: RequestData): string | undefined {
  const most = rule.paginationLimit
  if (most <= 0) return undefined
  const limit = data.limit
  const required = rule.required.some((name) => name.toLowerCase() === 'limit')
  if (limit === undefined) return required ? 'a page limit is required' : undefined
  if (limit === 'max') return undefined
  if (!/^[+-]?\d+$/.test(String(limit))) return `the page limit ${String(limit)} is no number`
  const count = Number(limit)
  return count < 0 || count > most ? `pages of at most ${most} entries are allowed` : undefined
}
