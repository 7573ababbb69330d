import { parseTtl } from '../policy/duration.ts'

/**
 * Two ways of writing one value must not look like a difference, or the plan would never become empty (vault.md §7.2). Each
 * function gives the one form that is compared.
 */

/** Seconds: `"1h"`, `"60m"`, `3600` and `"3600s"` are equal, and unset is 0. Text that is no duration stays as it is. */
export function seconds(value: unknown): number | string {
  if (value === undefined || value === null || value === '') return 0
  if (typeof value === 'number') return value
  const parsed = parseTtl(String(value))
  return 'seconds' in parsed ? parsed.seconds : String(value)
}

/** A list or a text with commas, as a sorted set; unset is the empty one. The case stays: the server keeps it. */
export function textSet(value: unknown): string[] {
  const items = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : []
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))].sort()
}

/** Policies: as at login, lower-case (vault.md §7.2). */
export function policySet(value: unknown): string[] {
  return [...new Set(textSet(value).map((name) => name.toLowerCase()))].sort()
}

/** A host address is its own network: `10.0.0.1` and `10.0.0.1/32` are equal. */
export function networkSet(value: unknown): string[] {
  return textSet(value)
    .map((one) => (one.includes('/') ? one : one.includes(':') ? `${one}/128` : `${one}/32`))
    .sort()
}

/** Text; unset is the empty one. */
export function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

/** PEM blocks in order, without the white space around and inside them; text without any block is trimmed. */
function pemBlocks(value: unknown): string {
  const whole = text(value)
  const blocks = whole.match(/-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g)
  if (blocks === null) return whole.trim()
  return blocks
    .map((block) => {
      const [, label = '', body = ''] = /-----BEGIN ([^-]+)-----([^-]*)-----END/.exec(block) ?? []
      return `${label} ${body.replace(/\s+/g, '')}`
    })
    .join('\n')
}

/** A truth value that has a default on the server. */
export function flag(value: unknown, byDefault: boolean): boolean {
  if (value === undefined || value === null || value === '') return byDefault
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** `default` and unset are the same token type (vault.md §7.2). */
function tokenType(value: unknown): string {
  return text(value) || 'default'
}

/** Unset means `serviceaccount_uid` (vault.md §4.6). */
function aliasSource(value: unknown): string {
  return text(value) || 'serviceaccount_uid'
}

/** A label selector is JSON or YAML text; white space around it says nothing. */
function selector(value: unknown): string {
  const written = text(value).trim()
  try {
    return JSON.stringify(sortKeys(JSON.parse(written)))
  } catch {
    return written
  }
}

/** `https://host:443` and `https://host:443/` are one address. */
function address(value: unknown): string {
  return text(value).trim().replace(/\/+$/, '')
}

/** The same value with the keys of every object sorted. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}

/** Kubernetes role fields, each with its comparison. */
export const ROLE_FIELDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  bound_service_account_names: textSet,
  bound_service_account_namespaces: textSet,
  bound_service_account_namespace_selector: selector,
  audience: text,
  alias_name_source: aliasSource,
  token_bound_cidrs: networkSet,
  token_explicit_max_ttl: seconds,
  token_max_ttl: seconds,
  token_no_default_policy: (value) => flag(value, false),
  token_num_uses: seconds,
  token_period: seconds,
  token_policies: policySet,
  token_strictly_bind_ip: (value) => flag(value, false),
  token_ttl: seconds,
  token_type: tokenType,
}

/** Kubernetes config fields. `token_reviewer_jwt` itself is never returned; only whether it is set can be compared (vault.md §7.2). */
export const CONFIG_FIELDS: Readonly<Record<string, (value: unknown) => unknown>> = {
  kubernetes_host: address,
  kubernetes_ca_cert: pemBlocks,
  pem_keys: (value) => (Array.isArray(value) ? value.map(pemBlocks) : textSet(value)),
  issuer: text,
  disable_iss_validation: (value) => flag(value, true),
  disable_local_ca_jwt: (value) => flag(value, false),
  use_annotations_as_alias_metadata: (value) => flag(value, false),
}

/** Whether two values of a field say the same. */
export function sameField(normalise: (value: unknown) => unknown, a: unknown, b: unknown): boolean {
  return JSON.stringify(normalise(a)) === JSON.stringify(normalise(b))
}
