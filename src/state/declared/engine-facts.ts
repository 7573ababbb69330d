import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthMountFact, InNamespace, MountFact, Provenance } from '../../model/vault-state.ts'
import { authTypeOf } from './role-fields.ts'

export interface MountParts extends InNamespace {
  readonly path: string
  /** As it is enabled: `kv`, `kv-v2`, `generic`, `database`… */
  readonly type: string
  readonly version?: unknown
  readonly description?: string
  readonly options?: Readonly<Record<string, unknown>>
  readonly unknown: readonly string[]
  readonly provenance: Provenance
}

/** Makes a mount fact. An engine `kv` that nothing gives a version is version 1, as the servers do it. */
export function mountFact(parts: MountParts): MountFact {
  const { path, type, version, description, options, unknown, provenance, vaultNamespace } = parts
  const kv = type === 'kv' || type === 'kv-v2' || type === 'kv-v1' || type === 'generic'
  const told = version ?? options?.version
  const second = type === 'kv-v2' || String(told) === '2'
  // `-version=$KV_VERSION`: neither 1 nor 2 may be claimed.
  const untold = told !== undefined && told !== null && !/^[12]$/.test(String(told))
  return {
    path: trimSlashes(path),
    type: kv ? 'kv' : type,
    ...(kv && !untold ? { version: second ? 2 : 1 } : {}),
    ...(description === undefined ? {} : { description }),
    options: options ?? {},
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
    unknown,
    provenance,
  }
}

export interface AuthMountParts extends InNamespace {
  readonly path: string
  /** `undefined`: only its config is written here. */
  readonly type: string | undefined
  readonly config?: Readonly<Record<string, unknown>>
  readonly unknown: readonly string[]
  readonly provenance: Provenance
}

/** Makes an auth mount fact; a type that is not written is told by the config's fields, or by the mount's name. */
export function authMountFact(parts: AuthMountParts): AuthMountFact {
  const { path, type, config, unknown, provenance, vaultNamespace } = parts
  return {
    path: trimSlashes(path).replace(/^auth\//, ''),
    type: type ?? typeByConfig(config) ?? authTypeOf(path) ?? '',
    ...(config === undefined ? {} : { config }),
    ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
    unknown,
    provenance,
  }
}

function typeByConfig(config: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (config === undefined) return undefined
  if (config.kubernetes_host !== undefined) return 'kubernetes'
  if (config.oidc_discovery_url !== undefined || config.jwks_url !== undefined) return 'jwt'
  return undefined
}
