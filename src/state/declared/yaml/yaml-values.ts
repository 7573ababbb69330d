import { isMap, type Value } from '../../../model/value.ts'

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value)
}

export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** Variables in any string of the value: `${NAME}`, which Flux, bank-vaults or Helm fill in. */
export function variablesIn(value: Value | undefined): string[] {
  if (typeof value === 'string') return [...value.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1] ?? '')
  if (isList(value)) return [...new Set(value.flatMap(variablesIn))]
  if (isMap(value)) return [...new Set(Object.values(value).flatMap(variablesIn))]
  return []
}

/** `targetServiceAccounts` → `target_service_accounts`, `tokenTTL` → `token_ttl`. */
export function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}

export { isMap }
