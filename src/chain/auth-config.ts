import type { Span } from '../model/span.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { AuthMountFact } from '../model/vault-state.ts'
import type { AuthConfig } from './chain.ts'
import { inNamespace, type Knowledge, nearestByFolder } from './lookup.ts'

/**
 * Git first: a write to the config replaces all of it, so what Git leaves out is unset (vault.md §4.6). Of the configs of several
 * clusters the nearest counts, and none where several are equally near and differ.
 */
export function authConfigOf(path: string, from: Span, knowledge: Knowledge): AuthConfig | undefined {
  const { declared, live } = knowledge
  const mount = trimSlashes(path)
  const facts = inNamespace(
    declared.authMounts.filter((one) => one.path === mount && one.config !== undefined),
    knowledge,
  )
  const near = nearestByFolder(facts, from)
  const fact = near.every(({ config }) => sameConfig(config, near[0]?.config)) ? near[0] : undefined
  if (near.length > 0 && fact === undefined) return undefined
  if (fact?.config !== undefined) {
    const set = fact.config.token_reviewer_jwt !== undefined && fact.config.token_reviewer_jwt !== ''
    const config = Object.fromEntries(Object.entries(fact.config).map(([key, value]) => [key, asBoolean(value)]))
    return { config: { ...config, token_reviewer_jwt_set: set }, provenance: fact.configProvenance ?? fact.provenance }
  }
  const seen = live?.authConfig(mount)
  return seen?.presence === 'present' ? { config: seen.fact, provenance: { from: 'vault' } } : undefined
}

function sameConfig(a: AuthMountFact['config'], b: AuthMountFact['config']): boolean {
  const sorted = (config: AuthMountFact['config']) => JSON.stringify(Object.entries(config ?? {}).sort())
  return sorted(a) === sorted(b)
}

/** Texts of a command line that the server takes for booleans. */
function asBoolean(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}
