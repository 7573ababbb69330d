import { isObject } from './answer.ts'
import type { ServerFacts } from './live-state.ts'

export type Product = NonNullable<ServerFacts['product']>

/**
 * Which product answers, by what only one of them says (vault.md §4.1). A version of 2 alone is ambiguous: Vault went from 1.21
 * to 2.0. Below 2 it is Vault: OpenBao began at 2.0.
 */
export function detectProduct(health: unknown, sealStatus: unknown): Product | undefined {
  if (isObject(health) && ('enterprise' in health || 'echo_duration_ms' in health)) return 'vault'
  if (isObject(sealStatus) && 'commit_date' in sealStatus) return 'openbao'
  const version = parseVersion(versionOf(health) ?? versionOf(sealStatus))
  return version && version[0] < 2 ? 'vault' : undefined
}

export function versionOf(body: unknown): string | undefined {
  const version = isObject(body) ? body.version : undefined
  return typeof version === 'string' && /^[0-9A-Za-z.+-]{1,64}$/.test(version) ? version : undefined
}

type Number3 = readonly [number, number, number]

function parseVersion(version: string | undefined): Number3 | undefined {
  const match = /^v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?/.exec(version ?? '')
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined
}
