import type { AclRule } from './acl-rule.ts'
import type { ParameterLimits, ParameterValue } from './policy-rule.ts'

/** What a rule asks of a request beside its path and capability, as a policy writes it; empty where it asks for nothing more. */
export function describeLimits(rule: AclRule): string {
  const parts = [
    ['allowed_parameters', parameters(rule.allowed)],
    ['denied_parameters', parameters(rule.denied)],
    ['required_parameters', rule.required.length === 0 ? '' : list([...rule.required].sort())],
    ['min_wrapping_ttl', rule.minWrapTtl === 0 ? '' : `${rule.minWrapTtl}s`],
    ['max_wrapping_ttl', rule.maxWrapTtl === 0 ? '' : `${rule.maxWrapTtl}s`],
    ['mfa_methods', rule.mfaMethods.length === 0 ? '' : list([...rule.mfaMethods].sort())],
    ['pagination_limit', rule.paginationLimit === 0 ? '' : String(rule.paginationLimit)],
    ['list_scan_response_keys_filter_path', rule.responseFilter ?? ''],
  ] as const
  return parts
    .filter(([, said]) => said !== '')
    .map(([name, said]) => `${name} ${said}`)
    .join(', ')
}

function parameters(limits: ParameterLimits | undefined): string {
  if (limits === undefined) return ''
  const names = [...limits].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{ ${names.map(([name, values]) => `${name} = ${list(values)}`).join(', ')} }`
}

function list(values: readonly ParameterValue[]): string {
  return `[${values.map(written).join(', ')}]`
}

function written(value: ParameterValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  if ('number' in value) return value.number
  if ('fields' in value) {
    const fields = Object.entries(value.fields).map(([name, inner]) => `${name} = ${written(inner)}`)
    return `{ ${fields.join(', ')} }`
  }
  return list(value)
}
